/** The municipality’s counter, with real cards, a real authority and a real neighbour. */
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../core/clock.ts'
import { outboxTable, snapshotsTable } from '../core/actorTables.ts'
import { answersTable } from '../core/answers.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { createTestWorld, hanako, heldBy, serialOf } from './testWorld.ts'

const world = await createTestWorld()
const { ofResident } = world
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)
const both = async (residentId: string) => {
  const record = await world.show(residentId)
  return [
    await world.atCa('authentication', serialOf(record, 'authentication')),
    await world.atCa('signature', serialOf(record, 'signature')),
  ]
}

test('a new card has both certificates and says who holds it', async () => {
  const record = await world.issue('hanako')
  expect(record).toMatchObject({ residentId: 'hanako', state: 'registered', basicFour: hanako })
  expect(record.certificates.map(({ kind, valid }) => [kind, valid])).toEqual([
    ['authentication', true],
    ['signature', true],
  ])
  const reader = world.reader(record.cardId ?? '')
  await reader.select()
  expect(await reader.verify('signature', 'SIGN1234')).toEqual({ result: 'ok' })
  const certificate = parseCertificate(await reader.readSignatureCertificate())
  expect(certificate.basicFour).toMatchObject(hanako)
  expect(certificate.serialNumber).toBe(serialOf(record, 'signature'))
})

test('a child gets a card without signature certificate, and none with a password', async () => {
  const param = { residentId: 'child' }
  await world.register('child', '2015-06-01')
  const withPassword = { authenticationPin: '1234', signaturePassword: 'SIGN1234' }
  expect(await problemOf(answer(ofResident.cards.$post({ param, json: withPassword })))).toMatchObject({
    status: 422,
    code: 'under-15',
  })
  const record = await answer(ofResident.cards.$post({ param, json: { authenticationPin: '1234' } }))
  expect(record.certificates.map(({ kind }) => kind)).toEqual(['authentication'])
  expect(await problemOf(answer(ofResident['signature-certificates'].$post({ param, json: {} })))).toMatchObject({
    code: 'under-15',
  })
})

test('a move ends the signature certificate after the residents’ network’s delay, and not the other', async () => {
  await world.issue('mover')
  const json = { address: '見本県青葉野市中央2-2' }
  const record = await answer(ofResident.moves.$post({ param: { residentId: 'mover' }, json }))
  expect([record.basicFour.address, heldBy(record, 'signature')?.valid]).toEqual([json.address, false])
  await world.clock.advance(HOUR - 1)
  expect(await both('mover')).toEqual(['good', 'good'])
  await world.clock.advance(1)
  expect(await both('mover')).toEqual(['good', 'affiliationChanged'])
})

test('a rename ends the signature certificate, a death both, a lost card both', async () => {
  for (const residentId of ['bride', 'late', 'loser']) await world.issue(residentId)
  await answer(ofResident.renames.$post({ param: { residentId: 'bride' }, json: { name: '例　花子' } }))
  const dead = await answer(ofResident.deaths.$post({ param: { residentId: 'late' } }))
  const before = await world.show('loser')
  const lost = await answer(ofResident['card-losses'].$post({ param: { residentId: 'loser' } }))
  expect([dead.state, lost.state, lost.cardId]).toEqual(['dead', 'registered', undefined])
  await world.clock.advance(HOUR)
  expect(await both('bride')).toEqual(['good', 'affiliationChanged'])
  expect(await both('late')).toEqual(['cessationOfOperation', 'cessationOfOperation'])
  expect(await world.atCa('signature', serialOf(before, 'signature'))).toBe('certificateHold')
})

test('who re-issues at the counter right after moving does not hide the change', async () => {
  const old = await world.issue('hasty')
  const param = { residentId: 'hasty' }
  await answer(ofResident.moves.$post({ param, json: { address: '見本県青葉野市中央3-3' } }))
  const record = await answer(ofResident['signature-certificates'].$post({ param, json: {} }))
  expect(heldBy(record, 'signature')?.valid).toBe(true)
  expect(await world.atCa('signature', serialOf(old, 'signature'))).toBe('affiliationChanged')
  const reader = world.reader(record.cardId ?? '')
  await reader.select()
  await reader.verify('signature', 'SIGN1234')
  const { basicFour } = parseCertificate(await reader.readSignatureCertificate())
  expect(basicFour?.address).toBe('見本県青葉野市中央3-3')
  await world.clock.advance(2 * HOUR)
  expect(await both('hasty')).toEqual(['good', 'good'])
})

test('a renewal gives both certificates anew and supersedes the old ones', async () => {
  const old = await world.issue('renewer')
  const record = await answer(ofResident.renewals.$post({ param: { residentId: 'renewer' } }))
  expect(record.cardId).toBe(old.cardId)
  expect(await world.atCa('authentication', serialOf(old, 'authentication'))).toBe('superseded')
  expect(await world.atCa('signature', serialOf(old, 'signature'))).toBe('superseded')
  expect(await both('renewer')).toEqual(['good', 'good'])
})

test('after a loss a new card is issued, and the old one’s certificates keep their reason', async () => {
  const old = await world.issue('unlucky')
  const param = { residentId: 'unlucky' }
  await answer(ofResident['card-losses'].$post({ param }))
  const json = { authenticationPin: '5678', signaturePassword: 'AGAIN123' }
  const record = await answer(ofResident.cards.$post({ param, json }))
  expect(record.cardId).not.toBe(old.cardId)
  expect(await world.atCa('authentication', serialOf(old, 'authentication'))).toBe('certificateHold')
  expect(await both('unlucky')).toEqual(['good', 'good'])
})

test('who moves in keeps card and authentication certificate, and loses the signature certificate', async () => {
  const old = await world.issue('newcomer')
  const there = world.town('municipality-midorino')
  const json = { residentId: 'newcomer', from: 'municipality-aobano', address: '見本県緑野町本町1' }
  const record = await answer(there.arrivals.$post({ json }))
  expect(record).toMatchObject({ cardId: old.cardId, state: 'registered', basicFour: { address: json.address } })
  expect(record.certificates.map(({ kind, valid }) => [kind, valid])).toEqual([
    ['authentication', true],
    ['signature', false],
  ])
  expect((await world.show('newcomer')).state).toBe('departed')
  await world.clock.advance(HOUR)
  expect(await both('newcomer')).toEqual(['good', 'affiliationChanged'])
  const param = { residentId: 'newcomer' }
  const again = await answer(there.residents[':residentId']['signature-certificates'].$post({ param, json: {} }))
  expect(heldBy(again, 'signature')?.valid).toBe(true)
  expect(heldBy(again, 'signature')?.notAfter).toBe(heldBy(again, 'authentication')?.notAfter)
})

test('who moves away and back again is registered with what happened meanwhile', async () => {
  await world.issue('returner')
  const there = world.town('municipality-midorino')
  const away = { residentId: 'returner', from: 'municipality-aobano', address: '見本県緑野町本町1' }
  await answer(there.arrivals.$post({ json: away }))
  await answer(
    there.residents[':residentId'].renames.$post({ param: { residentId: 'returner' }, json: { name: '例' } }),
  )
  const back = { residentId: 'returner', from: 'municipality-midorino', address: '見本県青葉野市中央9' }
  const record = await answer(world.town().arrivals.$post({ json: back }))
  expect(record).toMatchObject({ state: 'registered', basicFour: { name: '例', address: back.address } })
})

test('an arrival nobody departed from is refused, and so is one from here', async () => {
  const there = world.town('municipality-midorino')
  const json = { residentId: 'nobody', from: 'municipality-aobano', address: '見本県緑野町本町1' }
  expect(await problemOf(answer(there.arrivals.$post({ json })))).toMatchObject({
    status: 404,
    code: 'no-such-resident',
  })
  expect(await problemOf(world.show('nobody', 'municipality-midorino'))).toMatchObject({ status: 404 })
  const here = { ...json, from: 'municipality-midorino' }
  expect(await problemOf(answer(there.arrivals.$post({ json: here })))).toMatchObject({ status: 422 })
})

test('a move in waits for the other municipality and completes by itself', async () => {
  await world.issue('patient')
  world.fault({ kind: 'down', to: 'municipality-aobano', pathPrefix: '/residents/patient/departures' })
  const there = world.town('municipality-midorino')
  const json = { residentId: 'patient', from: 'municipality-aobano', address: '見本県緑野町本町1' }
  expect(await problemOf(answer(there.arrivals.$post({ json })))).toMatchObject({ status: 503, code: 'record-awaited' })
  world.faults.clear()
  await world.clock.advance(MINUTE)
  expect(await world.show('patient', 'municipality-midorino')).toMatchObject({ state: 'registered' })
})

test('while the authority is down a card waits for its certificates and gets them afterwards', async () => {
  world.fault({ kind: 'error', to: 'ca' })
  const waiting = await world.issue('waiter')
  expect(waiting.certificates).toEqual([])
  world.faults.clear()
  await world.clock.advance(2 * MINUTE)
  expect(await both('waiter')).toEqual(['good', 'good'])
})

test('a notice of revocation arrives however long the authority is down', async () => {
  await world.issue('stubborn')
  await answer(ofResident.deaths.$post({ param: { residentId: 'stubborn' } }))
  world.fault({ kind: 'down', to: 'ca' })
  await world.clock.advance(DAY)
  world.faults.clear()
  expect(await both('stubborn')).toEqual(['good', 'good'])
  await world.clock.advance(HOUR)
  expect(await both('stubborn')).toEqual(['cessationOfOperation', 'cessationOfOperation'])
})

test('lost answers on the way to a card and its certificates make nothing twice', async () => {
  world.fault({ kind: 'drop-answer', to: 'card', times: 1 })
  world.fault({ kind: 'drop-answer', to: 'ca', times: 2 })
  await world.issue('twice')
  await world.clock.advance(HOUR)
  const record = await world.show('twice')
  expect(record.certificates.map(({ valid }) => valid)).toEqual([true, true])
  const calls = await readJournal('card', world.sites.get('card')?.store.read ?? never())
  const orders = calls.filter(({ body }) => body['path'] === '/').map(({ aside }) => aside.response)
  expect(orders.filter((response) => response?.includes(record.cardId ?? '')).length).toBe(2)
  expect(new Set(record.certificates.map(({ serialNumber }) => serialNumber)).size).toBe(2)
})

const never = (): never => {
  throw new Error('no such site')
}

test('a repeated order at the counter makes no second card, also after its answer was lost', async () => {
  await world.register('repeater')
  const order = () =>
    answer(
      ofResident.cards.$post(
        { param: { residentId: 'repeater' }, json: { authenticationPin: '1234' } },
        { headers: { 'idempotency-key': 'order-1' } },
      ),
    )
  const first = await order()
  expect(await order()).toEqual(first)
  const site = world.sites.get('municipality-aobano') ?? never()
  await site.store.write(async (tx) => void (await tx.delete(answersTable)))
  expect(await order()).toEqual(first)
})

test('what was under way survives a restart', async () => {
  const before = await createTestWorld()
  await before.issue('sleeper')
  await answer(
    before.ofResident.moves.$post({ param: { residentId: 'sleeper' }, json: { address: '見本県青葉野市5' } }),
  )
  before.fault({ kind: 'down', to: 'ca' })
  await before.issue('unfinished')
  const after = await createTestWorld(before.folder, before.clock.now())
  await after.clock.advance(2 * HOUR)
  const moved = await after.show('sleeper')
  expect(await after.atCa('signature', serialOf(moved, 'signature'))).toBe('affiliationChanged')
  const finished = await after.show('unfinished')
  expect(finished.certificates.map(({ valid }) => valid)).toEqual([true, true])
})

test('refusals of the card are told at the counter, and the order may be given again', async () => {
  await world.register('careless')
  const param = { residentId: 'careless' }
  const bad = { authenticationPin: '1234', signaturePassword: 'PASSWORD' }
  expect(await problemOf(answer(ofResident.cards.$post({ param, json: bad })))).toMatchObject({
    status: 422,
    code: 'unacceptable-pin',
  })
  const good = { authenticationPin: '1234', signaturePassword: 'PASSW0RD' }
  expect((await answer(ofResident.cards.$post({ param, json: good }))).certificates.length).toBe(2)
})

test('a blocked PIN is set anew, and without a card there is nothing to unblock', async () => {
  const { cardId } = await world.issue('forgetful')
  const reader = world.reader(cardId ?? '')
  await reader.select()
  for (const pin of ['0000', '0001', '0002']) await reader.verify('authentication', pin)
  const json = { pin: 'authentication', value: '4321' } as const
  await answer(ofResident.unblocks.$post({ param: { residentId: 'forgetful' }, json }))
  await reader.select()
  expect(await reader.verify('authentication', '4321')).toEqual({ result: 'ok' })
  await world.register('cardless')
  expect(await problemOf(answer(ofResident.unblocks.$post({ param: { residentId: 'cardless' }, json })))).toMatchObject(
    {
      status: 409,
      code: 'no-card',
    },
  )
  world.fault({ kind: 'down', to: 'card' })
  expect(
    await problemOf(answer(ofResident.unblocks.$post({ param: { residentId: 'forgetful' }, json }))),
  ).toMatchObject({
    status: 503,
  })
  world.faults.clear()
})

test('what has no place is refused: twice registered, a re-issue without card, a move of the dead', async () => {
  await world.register('once')
  const param = { residentId: 'once' }
  expect(await problemOf(world.register('once'))).toMatchObject({ status: 409 })
  expect(await problemOf(answer(ofResident['signature-certificates'].$post({ param, json: {} })))).toMatchObject({
    status: 409,
  })
  await answer(ofResident.deaths.$post({ param }))
  expect(await problemOf(answer(ofResident.moves.$post({ param, json: { address: 'x' } })))).toMatchObject({
    status: 409,
  })
  expect(
    await problemOf(answer(ofResident.moves.$post({ param: { residentId: 'ghost' }, json: { address: 'x' } }))),
  ).toMatchObject({
    status: 404,
  })
})

test('only another municipality is handed the record, and unknown fields are named', async () => {
  const param = { residentId: 'hanako' }
  expect(await problemOf(answer(ofResident.departures.$post({ param })))).toMatchObject({ status: 403 })
  const json = { address: 'x', postcode: '999-0000' }
  expect(await problemOf(answer(ofResident.moves.$post({ param, json })))).toMatchObject({
    status: 422,
    errors: [{ field: '/postcode', reason: 'unknown field' }],
  })
})

test('PINs are kept nowhere at the municipality once the card has them', async () => {
  const own = await createTestWorld()
  await own.register('secret')
  const param = { residentId: 'secret' }
  await answer(
    own.ofResident.cards.$post({ param, json: { authenticationPin: '8642', signaturePassword: 'HIDDEN77' } }),
  )
  await answer(own.ofResident['signature-certificates'].$post({ param, json: { signaturePassword: 'HIDDEN88' } }))
  await answer(own.ofResident.unblocks.$post({ param, json: { pin: 'signature', value: 'HIDDEN99' } }))
  const misspelt = { authenticationPIN: '8642', signaturePassword: 'HIDDEN77' }
  const wrong: { authenticationPin: string } = Object.assign({ authenticationPin: '12' }, misspelt)
  await problemOf(answer(own.ofResident.cards.$post({ param, json: wrong })))
  const { read } = (own.sites.get('municipality-aobano') ?? never()).store
  const everything = JSON.stringify([
    await readJournal('municipality-aobano', read),
    await read.select().from(snapshotsTable),
    await read.select().from(outboxTable),
  ])
  expect(everything).not.toMatch(/HIDDEN|\W8642\W/)
})

test('the register is read page by page, everybody once, also who has left', async () => {
  const { residents } = world.town('municipality-midorino')
  const ids = ['page-a', 'page-b', 'page-c', 'page-d', 'page-e']
  for (const residentId of ids) await answer(residents.$post({ json: { residentId, basicFour: hanako } }))
  await answer(residents[':residentId'].deaths.$post({ param: { residentId: 'page-c' } }))
  const seen: string[] = []
  let after: string | undefined
  for (let pages = 0; pages < 30; pages++) {
    const page = await answer(residents.$get({ query: { limit: '2', ...(after !== undefined && { after }) } }))
    seen.push(...page.residents.map(({ residentId, state }) => `${residentId} ${state}`))
    after = page.next
    if (after === undefined) break
  }
  expect(seen.filter((one) => one.startsWith('page-'))).toEqual(
    ids.map((id) => `${id} ${id === 'page-c' ? 'dead' : 'registered'}`),
  )
  expect(after).toBeUndefined()
  expect((await answer(residents.$get({ query: {} }))).residents).toContainEqual(
    await world.show('page-a', 'municipality-midorino'),
  )
})

test.each([{ limit: '0' }, { limit: '101' }, { limit: 'x' }, { after: "a'--" }])(
  'a page asked for wrongly is refused: %j',
  async (query) => {
    const { residents } = world.town()
    expect(await problemOf(answer(residents.$get({ query })))).toMatchObject({ status: 422, code: 'invalid-query' })
  },
)
