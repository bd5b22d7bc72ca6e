/**
 * Substitute characters 代替文字: what happens to characters a certificate cannot hold.
 * Certificates hold JIS X 0208 and JIS X 0212 (第1・第2水準, 補助漢字). Which character stands in for one outside them is
 * not published; assumed here: the usual variant where one is listed, otherwise ●. ASCII is left as it is.
 */

/** Variants often met in family names (assumed). */
const variants: Record<string, string> = {
  '\u9ad9': '高',
  '\ufa11': '崎',
  '\u{20bb7}': '吉',
  '\u6ff5': '浜',
  '\u5fb7': '徳',
}

const placeholder = '●'

/** Unicode's own code points for JIS characters that the decoder below maps to compatibility ones. */
const alsoHeld = '\u301c\u2212\u2016\u2014\u00a5'

let held: ReadonlySet<string> | undefined

/** JIS X 0208 rows 1-8 and 16-84, JIS X 0212 rows 2-77, read off the runtime's EUC-JP table. */
function repertoire(): ReadonlySet<string> {
  if (held) return held
  const bytes: number[] = []
  const cells = Array.from({ length: 94 }, (_, cell) => 0xa1 + cell)
  for (let row = 1; row <= 84; row++) {
    if (row >= 9 && row <= 15) continue
    for (const cell of cells) bytes.push(0xa0 + row, cell)
  }
  for (let row = 2; row <= 77; row++) for (const cell of cells) bytes.push(0x8f, 0xa0 + row, cell)
  const characters = new TextDecoder('euc-jp').decode(Uint8Array.from(bytes))
  held = new Set([...characters, ...alsoHeld].filter((character) => character > '\u007f' && character !== '\ufffd'))
  return held
}

const isHeld = (character: string) => /^[\x20-\x7e]$/.test(character) || repertoire().has(character)

/** A character with the variation selectors that follow it: people see one character. */
const withSelectors = /[^\ufe00-\ufe0f\u{e0100}-\u{e01ef}][\ufe00-\ufe0f\u{e0100}-\u{e01ef}]*/gu

/** Replaces what a certificate cannot hold. `flags` has one digit for each character of the result, 1 where one was replaced. */
export function substitute(text: string): { text: string; flags: string } {
  const characters = text.match(withSelectors) ?? []
  const replaced = characters.map((character) => {
    if (isHeld(character)) return character
    const base = String.fromCodePoint(character.codePointAt(0) ?? 0)
    return isHeld(base) ? base : (variants[base] ?? placeholder)
  })
  return {
    text: replaced.join(''),
    flags: replaced.map((character, index) => (character === characters[index] ? '0' : '1')).join(''),
  }
}
