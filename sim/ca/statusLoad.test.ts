/** What is read into memory at the start is what the rows say, however many pages they fill. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openStore } from '../core/store.ts'
import { loadStatuses } from './statusLoad.ts'
import { caTables } from './store.ts'

const count = 40_001
const revokedAt = Date.UTC(2026, 2, 1)
const hexOf = (index: number) => (0x08000000 + index).toString(16).padStart(8, '0').toUpperCase()

test('everything issued and revoked is known after a start, each under its kind and generation', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'status-load-'))
  const store = await openStore(join(folder, 'ca.db'))
  await store.declare(...caTables)
  await store.write(async (tx) => {
    for (const kind of ['signature', 'authentication'])
      for (const generation of [1, 2])
        await tx.run(
          sql`insert into authorities values (${kind}, ${generation}, 'old', ${`${kind} ${generation}`}, null, '')`,
        )
    const numbers = sql`with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < ${count})`
    await tx.run(sql`
      ${numbers} insert into certificates
        (kind, "serialNumber", generation, medium, number, "requestKey", "cardId", "cardExpiresAt", municipality, "notBefore", "notAfter",
          lineage, certificate)
      select 'authentication', printf('%08X', 134217728 + n), 1 + n % 2, 'card', n, n, n, 0, '', 0, 0, '', '' from numbers`)
    await tx.run(sql`
      ${numbers} insert into revocations (kind, "serialNumber", generation, partition, "revocationDate", reason, "notAfter")
      select 'authentication', printf('%08X', 134217728 + n), 1 + n % 2, 'all', ${revokedAt} + n * 1000, 'superseded', 0
      from numbers where n % 3 <> 1`)
  })
  const { signature, authentication } = await loadStatuses(store)
  await store.close()
  rmSync(folder, { recursive: true })
  expect([signature.size(), authentication.size()]).toEqual([0, count])
  const wrong: number[] = []
  for (let index = 0; index < count; index++) {
    const standing = authentication.of(hexOf(index))
    const revoked = index % 3 === 1 ? undefined : revokedAt + index * 1000
    if (standing?.generation !== 1 + (index % 2) || standing.revoked?.revocationDate !== revoked) wrong.push(index)
  }
  expect(wrong).toEqual([])
  expect(authentication.of(hexOf(0))).toEqual({ generation: 1, revoked: { revocationDate: revokedAt, reasonCode: 4 } })
})
