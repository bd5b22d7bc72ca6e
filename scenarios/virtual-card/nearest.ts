/** What somebody who mistyped a name may have meant. */

/** Edits (insert, delete, replace one character) that make one word of the other (Levenshtein). */
export const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...to].entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)))
    row = next
  }
  return row[to.length] ?? 0
}

/** Up to `most` of the words that are close to what was asked: contain it, or differ by at most a third of their letters; the closest first. */
export const nearest = (asked: string, words: readonly string[], most = 5): string[] =>
  words
    .map((word) => ({
      word,
      edits: asked !== '' && word.includes(asked.toLowerCase()) ? 0 : distance(asked.toLowerCase(), word),
    }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.floor(word.length / 3)))
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ word }) => word)
