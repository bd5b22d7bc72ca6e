/** The one error every parser of this folder throws for input that is not exactly what its standard prescribes. */

/** Bytes that cannot be read. `reason` is one short lower-case clause and never quotes the input. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}
