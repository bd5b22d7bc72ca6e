/** Writes one DER element around parts that are encoded already: what a tree of nodes would copy again and again. */

const lengthOf = (sizeBytes: number): number[] => {
  if (sizeBytes < 0x80) return [sizeBytes]
  const bytes: number[] = []
  for (let rest = sizeBytes; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

/** Tag, length in its shortest form (X.690 section 10.1), and the parts one after the other. */
export function wrap(identifier: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let sizeBytes = 0
  for (const part of parts) sizeBytes += part.length
  const head = [identifier, ...lengthOf(sizeBytes)]
  const whole = new Uint8Array(head.length + sizeBytes)
  whole.set(head)
  let position = head.length
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}
