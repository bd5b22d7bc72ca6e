/** A view in which characters are written by the number keys of the remote, or the letters of a keyboard. */

export type Entry = {
  write(character: string): void
  /** Takes one character back; false where there was none. */
  erase(): boolean
  /** Whether letters are written too. */
  letters: boolean
}
