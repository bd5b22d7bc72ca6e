/** Sweeps over the platform's interface: everything at once, on after a crash, and checks answered from what was found. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, HOUR } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { createChangeSweeps } from './changeSweep.ts'
import type { PlatformApp } from './index.ts'
import type { Probe, StatusSource } from './revocation.ts'
import { anchors, itemOf } from './testProofs.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'
import { hanakoFour, type Resident } from './testResident.ts'
import { createWatchStore } from './watchStore.ts'

let world: TestWorld
beforeEach(async () => {
  world = await createTestWorld('crl')
})
afterEach(async () => {
  await world.close()
  world.remove()
})

type Provider = 'mobile-sora' | 'broadcaster-koho'
const keep = async (provider: Provider, resident: Resident, requestId: string) => {
  const document = { provider, service: 's', applicant: hanakoFour, changeCheckConsent: true, nonce: 'nonce-0001' }
  const json = { signedDocument: await resident.sign(document), keepForChangeChecks: true }
  const verified = await answer(world.as(provider).signatures.$post({ json }, world.once(requestId)))
  if (verified.outcome === 'refused' || verified.storedCertificateId === undefined) throw new Error('not stored')
  return verified.storedCertificateId
}
const check = async (provider: Provider, ...storedCertificateIds: string[]) =>
  (await answer(world.as(provider)['change-checks'].$post({ json: { storedCertificateIds } }))).results
const own = () => world.siteOf('platform').network.connect<PlatformApp>('platform')
const start = () => answer(own()['change-sweeps'].$post())
const show = (sweepId: string) => answer(own()['change-sweeps'][':sweepId'].$get({ param: { sweepId } }))
/** Begin a sweep and let it end: time stands still as long as it runs. */
const swept = async () => {
  const { sweepId } = await start()
  await world.clock.advance(1)
  return show(sweepId)
}

test('one sweep finds the revoked certificates of all providers, in every municipality', async () => {
  const [hanako, taro] = [await world.card('card-hanako'), await world.card('card-taro', 'municipality-midorino')]
  const sora = await keep('mobile-sora', hanako, 's-1')
  const koho = await keep('broadcaster-koho', hanako, 's-2')
  const other = await keep('mobile-sora', taro, 's-3')
  await world.revoke('signature', hanako.signature, 'affiliationChanged')
  await world.clock.advance(DAY)
  const sweep = await swept()
  expect(sweep).toMatchObject({ state: 'done', method: 'crl', total: 3, checked: 3, found: 2 })
  const finding = { certStatus: 'revoked', reason: 'affiliationChanged', revocationDate: startAt }
  expect(await check('mobile-sora', sora, other)).toEqual([
    { storedCertificateId: sora, ...finding },
    { storedCertificateId: other, certStatus: 'good' },
  ])
  expect(await check('broadcaster-koho', koho)).toEqual([{ storedCertificateId: koho, ...finding }])
})

test('after a sweep checks need neither the CA nor the certificates, and are owed for as before', async () => {
  const id = await keep('mobile-sora', await world.card('card-hanako'), 's-1')
  await world.clock.advance(DAY)
  await swept()
  const before = (await readJournal('ca', world.siteOf('ca').store.read)).length
  world.breakLine('ca')
  expect(await check('mobile-sora', id)).toEqual([{ storedCertificateId: id, certStatus: 'good' }])
  expect((await readJournal('ca', world.siteOf('ca').store.read)).length).toBe(before)
  expect(await world.metered()).toContain('mobile-sora signature.crl.change-check 1')
})

test('news after the sweep counts as soon as it can be had', async () => {
  const hanako = await world.card('card-hanako')
  const id = await keep('mobile-sora', hanako, 's-1')
  await world.clock.advance(DAY)
  await swept()
  await world.revoke('signature', hanako.signature, 'keyCompromise')
  expect(await check('mobile-sora', id)).toMatchObject([{ certStatus: 'good' }])
  await world.clock.advance(DAY)
  expect(await check('mobile-sora', id)).toMatchObject([{ certStatus: 'revoked', reason: 'keyCompromise' }])
})

test('a withdrawn certificate is not swept, and what was found about it is gone', async () => {
  const hanako = await world.card('card-hanako')
  const [gone, kept] = [await keep('mobile-sora', hanako, 's-1'), await keep('broadcaster-koho', hanako, 's-2')]
  await world.revoke('signature', hanako.signature, 'affiliationChanged')
  await world.clock.advance(DAY)
  await swept()
  await answer(
    world
      .as('mobile-sora')
      ['stored-certificates'][':storedCertificateId'].withdrawals.$post(
        { param: { storedCertificateId: gone } },
        world.once('w-1'),
      ),
  )
  expect(await swept()).toMatchObject({ total: 1, checked: 1, found: 1 })
  expect(await check('mobile-sora', gone)).toEqual([{ storedCertificateId: gone, certStatus: 'not-checked' }])
  expect(await check('broadcaster-koho', kept)).toMatchObject([{ certStatus: 'revoked' }])
})

test('a sweep that cannot get its lists waits and ends when it can', async () => {
  await keep('mobile-sora', await world.card('card-hanako'), 's-1')
  await world.clock.advance(3 * DAY)
  world.breakLine('ca')
  const { sweepId } = await start()
  await world.clock.advance(1)
  expect(await show(sweepId)).toMatchObject({ state: 'running', total: 1, checked: 0 })
  expect((await start()).sweepId).toBe(sweepId)
  world.faults.clear()
  await world.clock.advance(HOUR)
  expect(await show(sweepId)).toMatchObject({ state: 'done', checked: 1 })
})

test('a sweep under way when the process ends goes on with the next one', async () => {
  const id = await keep('mobile-sora', await world.card('card-hanako'), 's-1')
  await world.clock.advance(3 * DAY)
  world.breakLine('ca')
  const { sweepId } = await start()
  await world.clock.advance(1)
  await world.close()
  world = await createTestWorld('crl', world.folder, world.clock.now())
  await world.clock.advance(HOUR)
  expect(await show(sweepId)).toMatchObject({ state: 'done', total: 1, checked: 1 })
  expect(await check('mobile-sora', id)).toMatchObject([{ certStatus: 'good' }])
})

test('a platform that sweeps by itself does so as often as it was told', async () => {
  await world.close()
  world.remove()
  world = await createTestWorld('crl', undefined, undefined, { sweepEveryMs: DAY })
  await keep('mobile-sora', await world.card('card-hanako'), 's-1')
  await world.clock.advance(3 * DAY)
  const entries = await readJournal('platform', world.siteOf('platform').store.read)
  const ended = entries.filter(({ kind, body }) => kind === 'transition' && body['event'] === 'sweep.finished')
  expect(ended.map(({ at }) => at)).toEqual([1, 2, 3].map((days) => startAt + days * DAY))
})

test('with a question for each certificate there is nothing to sweep with', async () => {
  await world.close()
  world.remove()
  world = await createTestWorld('ocsp')
  const problem = await start().then(
    () => undefined,
    (thrown: Problem) => thrown,
  )
  expect(problem).toMatchObject({ status: 409, code: 'no-list-to-sweep' })
})

test('providers may not order sweeps, and an unknown sweep is 404', async () => {
  expect((await world.as('mobile-sora')['change-sweeps'].$post()).status).toBe(403)
  expect((await own()['change-sweeps'][':sweepId'].$get({ param: { sweepId: 'made-up' } })).status).toBe(404)
})

test('wherever a sweep is interrupted, going on finds the same, each once', async () => {
  const site = world.siteOf('platform')
  const watch = createWatchStore(site.store)
  const issuer = anchors[0]?.certificate.fingerprint ?? ''
  const certificate = parseCertificate(Buffer.from((await itemOf(1n)).certificate, 'base64'))
  const all = Array.from({ length: 25_000 }, (_, n) => `A${n.toString(16).toUpperCase().padStart(7, '0')}`)
  await site.store.write(async (tx) => {
    await tx.run(`insert into watchScopes (issuer, scope) values ('${issuer}', 'a'), ('${issuer}', 'b')`)
    for (const [n, serialNumber] of all.entries())
      await tx.run(
        `insert into watchedCertificates (storedCertificateId, provider, scopeId, serialNumber, notAfter) values ('s-${n}', 'p', ${1 + (n % 2)}, '${serialNumber}', 1)`,
      )
  })
  const revoked = new Set(all.filter((_, n) => n % 1000 === 7))
  /** The nth look at a list breaks, as a killed process would: nothing after the last page is left. */
  const run = async (breakAt: number) => {
    let asked = 0
    const probe: Probe = {
      lookup: (serialNumber) => {
        asked += 1
        if (asked === breakAt) throw new Error('killed')
        return revoked.has(serialNumber) ? { revocationDate: 5, reasonCode: 1 } : undefined
      },
      asOf: 1,
      until: Number.MAX_SAFE_INTEGER,
    }
    const source: StatusSource = {
      method: 'crl',
      held: () => undefined,
      of: () => Promise.resolve(undefined),
      probe: () => Promise.resolve(probe),
      state: () => [],
    }
    const none = () => {
      throw new Error('not used')
    }
    const sample = () => Promise.resolve(certificate)
    const trust = { anchors: () => anchors }
    const sweeps = createChangeSweeps(site, { watch, trust, source, sweeps: none, sample })
    return sweeps.sweepAll(`sweep-${tried}`)
  }
  let tried = 0
  for (const breakAt of [1, 9_000, 11_000, 12_400, 13_000, 24_000]) {
    tried = breakAt
    await site.store.write(async (tx) => void (await tx.run('delete from watchFindings')))
    await expect(run(breakAt)).rejects.toThrow('killed')
    expect(await run(-1)).toEqual({ checked: 25_000, found: 25 })
    const found = await site.store.read.all('select number from watchFindings')
    expect(found).toHaveLength(25)
  }
})
