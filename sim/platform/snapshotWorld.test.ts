/** Signed snapshots between the real authority and the platform: fetched, followed by deltas, kept over a restart, never taken back. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { CaApp } from '../ca/index.ts'
import { DAY, MINUTE } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'snapshot-world-'))
  folders.push(folder)
  return folder
}
const open = (folder: string, resumeAt = startAt) =>
  createTestWorld('snapshot', folder, resumeAt, { snapshotFolder: join(folder, 'snapshots') })

/** As the people's own terminal sees it: the authentication generation in use. */
const data = async (world: TestWorld) => {
  const { data: all } = await answer(world.as('people')['revocation-data'].$get())
  return all.find(
    ({ kind, entryCount, number }) => kind === 'authentication' && (entryCount > 0 || number !== undefined),
  )
}
/** What the authority charged for, and how often it had nothing new. */
const atTheAuthority = async (world: TestWorld) => {
  const calls = (await readJournal('ca', world.siteOf('ca').store.read)).filter(({ body }) =>
    String(body.path).startsWith('/snapshots/'),
  )
  return calls.map(({ body }) => `${String(body.path).replace(/\d{6,}/, 'N')} ${String(body.status)}`)
}

test('a revocation is seen from the next quarter of an hour on, by a delta, and both sides count alike', async () => {
  const world = await open(newFolder())
  const hanako = await world.card('card-hanako')
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
  await world.revoke('authentication', hanako.authentication, 'certificateHold')
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
  await world.clock.advance(15 * MINUTE)
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'refused', reason: 'revoked' })
  expect(await atTheAuthority(world)).toEqual([
    '/snapshots/authentication 200',
    '/snapshots/authentication/deltas/N 200',
  ])
  expect(await world.metered()).toContain('platform authentication.snapshot.verification 2')
  const { usage } = await answer(world.siteOf('platform').network.connect<CaApp>('ca').usage.$get())
  expect(usage).toEqual([{ verifier: 'platform', kind: 'authentication', method: 'snapshot', count: 2 }])
  await world.close()
})

test('after a restart the platform goes on from what it kept: with nothing new, with a delta, and after days with a whole snapshot', async () => {
  const folder = newFolder()
  const world = await open(folder)
  const hanako = await world.card('card-hanako')
  await world.authenticate('clinic-sakura', hanako)
  await world.close()
  const asked = async (afterMs: number, revoke = false) => {
    const again = await open(folder, startAt + afterMs)
    const before = (await atTheAuthority(again)).length
    const { outcome } = await again.authenticate('clinic-sakura', hanako)
    const calls = (await atTheAuthority(again)).slice(before)
    if (revoke) await again.revoke('authentication', hanako.authentication, 'certificateHold')
    await again.close()
    return [outcome, ...calls]
  }
  expect(await asked(MINUTE)).toEqual(['accepted', '/snapshots/authentication/deltas/N 204'])
  expect(await asked(60 * MINUTE, true)).toEqual(['accepted', '/snapshots/authentication/deltas/N 200'])
  expect(await asked(3 * DAY)).toEqual([
    ...['refused', '/snapshots/authentication/deltas/N 404', '/snapshots/authentication 200'],
  ])
})

test('an authority put back to an earlier state does not make a revoked certificate good again', async () => {
  const folder = newFolder()
  const world = await open(folder)
  const hanako = await world.card('card-hanako')
  await world.close()
  const backup = newFolder()
  cpSync(join(folder, 'ca.db'), join(backup, 'ca.db'))
  const later = await open(folder, startAt + MINUTE)
  await later.revoke('authentication', hanako.authentication, 'keyCompromise')
  await later.clock.advance(15 * MINUTE)
  expect(await later.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'refused', reason: 'revoked' })
  const number = (await data(later))?.number
  await later.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `ca.db${suffix}`), { force: true })
  cpSync(join(backup, 'ca.db'), join(folder, 'ca.db'))
  const rolledBack = await open(folder, startAt + 17 * MINUTE)
  expect(await rolledBack.authenticate('clinic-sakura', hanako)).toMatchObject({
    outcome: 'refused',
    reason: 'revoked',
  })
  expect(await data(rolledBack)).toMatchObject({ number, state: 'current', entryCount: 1 })
  await rolledBack.close()
})

test('a snapshot with a lower number than the one kept over a restart is refused as a rollback', async () => {
  const folder = newFolder()
  const world = await open(folder, startAt)
  const hanako = await world.card('card-hanako')
  await world.clock.advance(60 * MINUTE)
  await world.authenticate('clinic-sakura', hanako)
  const number = (await data(world))?.number
  await world.close()
  // the authority’s clock, and with it the world’s, is an hour behind: its numbers are lower than the one kept
  const behind = await open(folder, startAt)
  expect(await behind.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'refused' })
  expect(await data(behind)).toMatchObject({ number, refused: { reason: 'rollback', at: startAt } })
  await behind.close()
})
