/** The packed file: read back as written, in small pieces and large, and refused when anything of it is missing. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { pooledKeyWarning } from '../pki/primePool.ts'
import { lineOf } from './ndjson.ts'
import { NotPopulation, openPacked, packCard, packEnd, packHeader, type Card, type Header } from './packedFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'packed-'))
afterAll(() => rmSync(folder, { recursive: true }))

const header: Header = {
  notice: pooledKeyWarning,
  seed: 'x',
  cards: 3,
  keys: 'pooled',
  keyAlgorithm: 'rsa-2048',
  authorities: [{ kind: 'signature', generation: 2, certificate: 'AAAA' }],
}
const card = (number: number, sizeBytes: number): Card => ({
  cardId: `population-x-${number}`,
  municipality: 'municipality-aobano',
  generation: 2,
  cardExpiresAt: 2_000_000_000_000,
  certificates: [
    {
      ...{
        kind: 'authentication',
        serialNumber: '06000001',
        number,
        notBefore: 1_700_000_000_000,
        notAfter: 1_900_000_000_000,
      },
      ...(number === 2 && { revoked: { at: 1_750_000_000_000, reason: 'keyCompromise' as const } }),
      certificate: Buffer.alloc(sizeBytes, number),
      privateKey: Buffer.alloc(7, number),
    },
  ],
})
const cards = [card(1, 0), card(2, 900_000), { ...card(3, 0), certificates: [] }]

const written = (name: string) => {
  const path = join(folder, name)
  writeFileSync(path, Buffer.concat([packHeader(header), ...cards.map(packCard), packEnd(cards.length)]))
  return path
}

const readAll = async (path: string) => {
  const opened = await openPacked(path)
  const read: Card[] = []
  for await (const one of opened.cards) read.push(one)
  return { header: opened.header, cards: read }
}

test('header and cards are read back as they were written', async () => {
  const read = await readAll(written('whole'))
  expect(read.header).toEqual(header)
  expect(JSON.stringify(read.cards)).toBe(JSON.stringify(cards))
})

test('the warning about the keys can be read at the top of the file', () => {
  expect(readFileSync(written('top')).subarray(0, 400).toString()).toContain(pooledKeyWarning.en)
})

test('a file cut short anywhere is refused, never read as a smaller population', async () => {
  const whole = readFileSync(written('long'))
  for (const length of [
    0,
    7,
    8,
    11,
    40,
    whole.length - 900_000,
    whole.length - 8,
    whole.length - 4,
    whole.length - 1,
  ]) {
    const path = written('cut')
    truncateSync(path, length)
    await expect(readAll(path), `${length} bytes`).rejects.toThrow(NotPopulation)
  }
})

test('a wrong count, a damaged record and a foreign file are refused', async () => {
  const miscounted = join(folder, 'miscounted')
  writeFileSync(miscounted, Buffer.concat([packHeader(header), ...cards.map(packCard), packEnd(2)]))
  await expect(readAll(miscounted)).rejects.toThrow('the file has 3 cards and should have 2')
  const damaged = join(folder, 'damaged')
  const record = Buffer.from(packCard(card(1, 5)))
  record.writeUInt32LE(record.readUInt32LE(4) + 1, 4)
  writeFileSync(damaged, Buffer.concat([packHeader(header), record, packEnd(1)]))
  await expect(readAll(damaged)).rejects.toThrow(NotPopulation)
  const long = join(folder, 'long record')
  writeFileSync(long, packHeader(header))
  appendFileSync(long, Buffer.from('ffffff7f', 'hex'))
  await expect(readAll(long)).rejects.toThrow('a record is too long')
  const foreign = join(folder, 'foreign')
  writeFileSync(foreign, 'PK\u0003\u0004 something else')
  await expect(readAll(foreign)).rejects.toThrow('is no packed population')
})

test('a line for k6 has the same bytes as base64 and says what kind of keys it has', () => {
  const line: unknown = JSON.parse(lineOf(card(2, 3), header))
  expect(line).toEqual({
    cardId: 'population-x-2',
    municipality: 'municipality-aobano',
    generation: 2,
    cardExpiresAt: 2_000_000_000_000,
    keys: 'pooled',
    keyAlgorithm: 'rsa-2048',
    authentication: {
      kind: 'authentication',
      serialNumber: '06000001',
      notBefore: 1_700_000_000_000,
      notAfter: 1_900_000_000_000,
      revoked: { at: 1_750_000_000_000, reason: 'keyCompromise' },
      certificate: 'AgIC',
      privateKey: 'AgICAgICAg==',
    },
  })
})
