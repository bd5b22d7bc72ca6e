/** Which classes of data a message carries, so that the journal can tell who learnt what without keeping it. */

/** Data classes by message, in both directions. */
export type Carried = { request: readonly string[]; response: readonly string[] }

const classes = new Map<string, string>()

/** Name the class of data that a field of this name carries, wherever it appears; one name, one meaning. */
export const declareDataClasses = (fields: Record<string, string>) => {
  for (const [field, dataClass] of Object.entries(fields)) {
    const known = classes.get(field)
    if (known !== undefined && known !== dataClass)
      throw new Error(`field ${field} is declared as ${known} and as ${dataClass}`)
    classes.set(field, dataClass)
  }
}

const collect = (value: unknown, found: Set<string>) => {
  if (Array.isArray(value)) for (const item of value) collect(item, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [field, inner] of Object.entries(value)) {
      const dataClass = classes.get(field)
      const empty =
        inner === null || inner === undefined || inner === '' || (Array.isArray(inner) && inner.length === 0)
      if (dataClass !== undefined && !empty) found.add(dataClass)
      collect(inner, found)
    }
  }
}

/** The data classes in a JSON text, sorted; what is no JSON carries none that can be told. */
export const carries = (text: string): string[] => {
  if (!text.startsWith('{') && !text.startsWith('[')) return []
  const found = new Set<string>()
  try {
    collect(JSON.parse(text), found)
  } catch {
    return ['unreadable']
  }
  return [...found].sort()
}
