/** An error a person can do something about: `text` says what, in both languages. */
import type { Text } from './site.ts'

export class Explained extends Error {
  readonly text: Text
  constructor(text: Text, options?: { cause?: unknown }) {
    super(text.en, options)
    this.text = text
  }
}
