/** A place in a run's journal: how far each party's own journal was read, since their entries become visible in no common order. */

/** Numbers by party; one that is missing was not read at all. */
export type Cursor = ReadonlyMap<string, number>

export const beginning: Cursor = new Map()

/** A hundred parties, and numbers up to 2^53 in base 36 (assumed); longer ones are nobody's cursor. */
const longest = 8000

/** `ca.1k~card.3`: parties sorted, numbers in base 36, zeros left out. */
export const writeCursor = (cursor: Cursor): string =>
  [...cursor]
    .filter(([, number]) => number > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([party, number]) => `${party}.${number.toString(36)}`)
    .join('~')

/** The place a text names, or undefined when it is no cursor. */
export const readCursor = (text: string): Cursor | undefined => {
  if (text === '') return beginning
  if (text.length > longest) return undefined
  const cursor = new Map<string, number>()
  for (const part of text.split('~')) {
    const [, party, digits] = /^([a-z0-9-]{1,60})\.([0-9a-z]{1,10})$/.exec(part) ?? []
    if (party === undefined || digits === undefined || cursor.has(party)) return undefined
    cursor.set(party, Number.parseInt(digits, 36))
  }
  return cursor
}
