/** Stored certificates as a packed file that a sweep reads from any position: serial numbers and ids in blocks. */
import { open } from 'node:fs/promises'
import { MalformedError } from '../pki/malformed.ts'
import type { StoredBatch } from './sweep.ts'

/**
 * The file: 'CIDSTO01', width of a serial number in bytes (4 bytes, little-endian), 4 bytes of zero; then blocks of 65,536 certificates
 * (the last may be shorter): all ids (4 bytes each, little-endian), then all serial numbers, big-endian with leading zeros.
 */
const magic = Buffer.from('CIDSTO01', 'latin1')
const headBytes = 16
const blockCount = 65536
const idBytes = 4
const longestSerial = 20

export type StoredCertificate = { readonly id: number; readonly serialNumber: string }

type Certificates = Iterable<StoredCertificate> | AsyncIterable<StoredCertificate>

function encodeBlock(block: readonly StoredCertificate[], width: number): Buffer {
  const bytes = Buffer.alloc(block.length * (idBytes + width))
  for (const [at, { id, serialNumber }] of block.entries()) {
    const serial = Buffer.from(serialNumber, 'hex')
    if (serial.length * 2 !== serialNumber.length || serial.length > width)
      throw new RangeError('serial number is wider than the list')
    bytes.writeUInt32LE(id, at * idBytes)
    serial.copy(bytes, block.length * idBytes + (at + 1) * width - serial.length)
  }
  return bytes
}

/** Writes a new list of serial numbers of at most `width` bytes (1 to 20); returns how many there are. */
export async function writeStoredList(path: string, width: number, certificates: Certificates): Promise<number> {
  if (!Number.isInteger(width) || width < 1 || width > longestSerial)
    throw new RangeError('width must be 1 to 20 bytes')
  const file = await open(path, 'w')
  try {
    const head = Buffer.alloc(headBytes)
    magic.copy(head)
    head.writeUInt32LE(width, 8)
    await file.writeFile(head)
    let block: StoredCertificate[] = []
    let count = 0
    for await (const certificate of certificates) {
      block.push(certificate)
      count++
      if (block.length < blockCount) continue
      await file.writeFile(encodeBlock(block, width))
      block = []
    }
    if (block.length > 0) await file.writeFile(encodeBlock(block, width))
    await file.sync()
    return count
  } finally {
    await file.close()
  }
}

export type StoredList = {
  readonly count: number
  readonly width: number
  /** Feeds `sweep`; reads one block at a time. */
  from(position: number): AsyncGenerator<StoredBatch>
}

/** Throws a MalformedError for a file that is no such list. */
export async function openStoredList(path: string): Promise<StoredList> {
  const file = await open(path, 'r')
  const head = Buffer.alloc(headBytes)
  const { size } = await file.stat()
  await file.read(head, 0, headBytes, 0)
  await file.close()
  const width = head.readUInt32LE(8)
  const count = (size - headBytes) / (idBytes + width)
  const isList = head.subarray(0, 8).equals(magic) && width >= 1 && width <= longestSerial && Number.isInteger(count)
  if (!isList || count < 0) throw new MalformedError('stored list')

  async function* from(position: number): AsyncGenerator<StoredBatch> {
    const reading = await open(path, 'r')
    try {
      for (let first = position - (position % blockCount); first < count; first += blockCount) {
        const length = Math.min(blockCount, count - first)
        const bytes = new Uint8Array(length * (idBytes + width))
        const { bytesRead } = await reading.read(bytes, 0, bytes.length, headBytes + first * (idBytes + width))
        if (bytesRead !== bytes.length) throw new MalformedError('stored list: cut short')
        const skipped = Math.max(position - first, 0)
        yield {
          ids: new Uint32Array(bytes.buffer, 0, length).subarray(skipped),
          serials: { bytes: bytes.subarray(length * idBytes + skipped * width), width },
        }
      }
    } finally {
      await reading.close()
    }
  }
  return { count, width, from }
}
