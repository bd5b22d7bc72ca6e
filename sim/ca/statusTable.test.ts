import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { createStatusTable } from './statusTable.ts'

test('what was not issued is not known, and what was issued is good until it is revoked', () => {
  const table = createStatusTable()
  table.add('08000001', 2)
  expect([table.of('08000001'), table.of('08000002')]).toEqual([{ generation: 2 }, undefined])
  table.revoke('08000001', { revocationDate: 1_800_000_000_000, reasonCode: 3 })
  const revoked = { generation: 2, revoked: { revocationDate: 1_800_000_000_000, reasonCode: 3 } }
  expect(table.of('08000001')).toEqual(revoked)
})

test('the first revocation holds, and entering a certificate again does not make it good', () => {
  const table = createStatusTable()
  table.add('4BAD', 1)
  table.revoke('4BAD', { revocationDate: 1000, reasonCode: 0 })
  table.revoke('4BAD', { revocationDate: 2000, reasonCode: 4 })
  table.add('4BAD', 1)
  expect(table.of('4BAD')).toEqual({ generation: 1, revoked: { revocationDate: 1000, reasonCode: 0 } })
})

test('running and random serial numbers live in one table', () => {
  const table = createStatusTable()
  table.add('08000001', 1)
  table.revoke('08000001', { revocationDate: 1000, reasonCode: 2 })
  table.add('7F'.repeat(16), 2)
  table.add('08'.repeat(20), 3)
  expect(table.of('08000001')?.revoked?.reasonCode).toBe(2)
  expect([table.of('7F'.repeat(16)), table.of('08'.repeat(20)), table.of('7F'.repeat(15))]).toEqual([
    { generation: 2 },
    { generation: 3 },
    undefined,
  ])
})

test('a million running serial numbers take no more than 20 bytes each', () => {
  const table = createStatusTable(1_000_000)
  for (let i = 0; i < 1_000_000; i++) table.add((0x08000000 + i).toString(16).padStart(8, '0').toUpperCase(), 2)
  expect(table.size()).toBe(1_000_000)
  expect(table.sizeBytes()).toBeLessThanOrEqual(20_000_000)
  expect([table.of('080F423F'), table.of('080F4240')]).toEqual([{ generation: 2 }, undefined])
})

const serialNumber = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map((bytes) =>
    Buffer.from(bytes)
      .toString('hex')
      .toUpperCase()
      .replace(/^(00)+/, ''),
  )
  .filter((hex) => hex !== '')
const step = fc.record({
  serialNumber,
  generation: fc.integer({ min: 1, max: 15 }),
  reasonCode: fc.option(fc.constantFrom(0, 1, 2, 3, 4, 5, 6)),
})

property.prop([fc.array(step, { maxLength: 3000 })])('it says what a plain map says', (steps) => {
  const table = createStatusTable()
  const map = new Map<string, unknown>()
  for (const { serialNumber: serial, generation, reasonCode } of steps) {
    if (!map.has(serial)) map.set(serial, { generation })
    table.add(serial, generation)
    if (reasonCode === null) continue
    const known = map.get(serial)
    if (known !== undefined && !Object.hasOwn(Object(known), 'revoked'))
      map.set(serial, { ...known, revoked: { revocationDate: 5000, reasonCode } })
    table.revoke(serial, { revocationDate: 5000, reasonCode })
  }
  expect(table.size()).toBe(map.size)
  for (const [serial, standing] of map) expect(table.of(serial)).toEqual(standing)
})
