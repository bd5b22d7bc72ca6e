/** What becomes of a resident's cards: lost, found, exchanged, handed in, run out; each read as a terminal reads it, and the authority asked. */
import { verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { createTestWorld, hanako, heldBy, serialOf } from './testWorld.ts'

const world = await createTestWorld()
const { ofResident } = world
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)

const of = (residentId: string) => ({ param: { residentId } })
const lose = (residentId: string) => answer(ofResident['card-losses'].$post(of(residentId)))
const find = (residentId: string) => answer(ofResident['card-finds'].$post(of(residentId)))
const renew = (residentId: string) => answer(ofResident.renewals.$post(of(residentId)))
const handIn = (residentId: string, cardId = '') =>
  answer(ofResident['card-returns'].$post({ ...of(residentId), json: { cardId } }))
const newCard = (residentId: string, signaturePassword: string | undefined = 'AGAIN123') =>
  answer(
    ofResident.cards.$post({
      ...of(residentId),
      json: { authenticationPin: '5678', ...(signaturePassword !== '' && { signaturePassword }) },
    }),
  )

type Certificates = Parameters<typeof serialOf>[0]
/** What the authority says of both certificates of a record. */
const bothAtCa = async (record: Certificates) => [
  await world.atCa('authentication', serialOf(record, 'authentication')),
  await world.atCa('signature', serialOf(record, 'signature')),
]

const pins = { authentication: '1234', signature: 'SIGN1234' }

/** The serial numbers on the card, each with proof that its key is on the card too. */
const readCard = async (cardId = '', { authentication, signature } = pins) => {
  const reader = world.reader(cardId)
  await reader.select()
  const data = Buffer.from('anything')
  const held = []
  await reader.verify('authentication', authentication)
  await reader.verify('signature', signature)
  const { signature: hasSignature } = await reader.readPresence()
  for (const kind of hasSignature ? (['authentication', 'signature'] as const) : (['authentication'] as const)) {
    const certificate = parseCertificate(
      await (kind === 'signature' ? reader.readSignatureCertificate() : reader.readAuthenticationCertificate()),
    )
    const signed = await reader.sign(kind, data)
    if (!verify('sha256', data, { key: certificate.spki, format: 'der', type: 'spki' }, signed))
      throw new Error(`the ${kind} key is not that of the certificate`)
    held.push(certificate.serialNumber)
  }
  return held
}
const answersOf = (cardId = '') => problemOf(world.reader(cardId).select())

test('a lost card goes on answering in somebody’s hand, but its certificates are held', async () => {
  const before = await world.issue('loser')
  const lost = await lose('loser')
  expect(lost).toMatchObject({ lostCardId: before.cardId, cardExpiresAt: before.cardExpiresAt, formerCardIds: [] })
  expect(lost.cardId).toBeUndefined()
  await world.clock.advance(HOUR)
  expect(await readCard(before.cardId)).toEqual([serialOf(before, 'authentication'), serialOf(before, 'signature')])
  expect(await bothAtCa(before)).toEqual(['certificateHold', 'certificateHold'])
})

test('a card found again is used again once its certificates were renewed; the held ones stay held', async () => {
  const before = await world.issue('finder')
  await lose('finder')
  await world.clock.advance(DAY)
  const found = await find('finder')
  expect(found).toMatchObject({ cardId: before.cardId, certificates: [{ valid: false }, { valid: false }] })
  expect(found.lostCardId).toBeUndefined()
  const after = await renew('finder')
  expect([after.cardId, after.certificates.map(({ valid }) => valid)]).toEqual([before.cardId, [true, true]])
  expect(await readCard(after.cardId)).toEqual([serialOf(after, 'authentication'), serialOf(after, 'signature')])
  expect(await bothAtCa(after)).toEqual(['good', 'good'])
  await world.clock.advance(2 * HOUR)
  expect(await bothAtCa(before)).toEqual(['certificateHold', 'certificateHold'])
})

test('who finds the card before the loss was passed on does not undo it', async () => {
  const before = await world.issue('quick')
  await lose('quick')
  await find('quick')
  expect(await bothAtCa(before)).toEqual(['good', 'good'])
  const after = await renew('quick')
  expect(await bothAtCa(before)).toEqual(['certificateHold', 'certificateHold'])
  expect(await bothAtCa(after)).toEqual(['good', 'good'])
})

test('once a new card was issued the lost one is not found back: it is handed in and destroyed', async () => {
  const before = await world.issue('replaced')
  expect(await problemOf(find('replaced'))).toMatchObject({ status: 409, code: 'no-such-card-of-theirs' })
  await lose('replaced')
  const after = await newCard('replaced')
  expect(after).toMatchObject({ formerCardIds: [before.cardId] })
  expect(after.lostCardId).toBeUndefined()
  const refusal = await problemOf(find('replaced'))
  expect(refusal).toMatchObject({ status: 409, code: 'no-such-card-of-theirs' })
  expect(refusal?.message).toContain('handed in')
  expect((await handIn('replaced', before.cardId)).formerCardIds).toEqual([])
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
  expect(await readCard(after.cardId, { authentication: '5678', signature: 'AGAIN123' })).toHaveLength(2)
  expect(await problemOf(handIn('replaced', before.cardId))).toMatchObject({ status: 409 })
})

test('a lost card handed in by its finder is destroyed, and a new one may be issued', async () => {
  const before = await world.issue('unwanted')
  await lose('unwanted')
  const after = await handIn('unwanted', before.cardId)
  expect([after.cardId, after.lostCardId, after.formerCardIds]).toEqual([undefined, undefined, []])
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
  expect(await problemOf(find('unwanted'))).toMatchObject({ status: 409 })
  expect(await bothAtCa(await newCard('unwanted'))).toEqual(['good', 'good'])
})

test('a damaged card is exchanged: the new one has both certificates, the old ones are superseded, the old card destroyed', async () => {
  const before = await world.issue('damaged')
  const after = await newCard('damaged')
  expect(after.cardId).not.toBe(before.cardId)
  expect(after.formerCardIds).toEqual([])
  expect(await readCard(after.cardId, { authentication: '5678', signature: 'AGAIN123' })).toEqual([
    serialOf(after, 'authentication'),
    serialOf(after, 'signature'),
  ])
  expect(await bothAtCa(before)).toEqual(['superseded', 'superseded'])
  expect(await bothAtCa(after)).toEqual(['good', 'good'])
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
})

test('a signature certificate that is not wanted again on the new card ends with the old one', async () => {
  const before = await world.issue('sparing')
  const after = await newCard('sparing', '')
  expect(await world.atCa('authentication', serialOf(before, 'authentication'))).toBe('superseded')
  expect(heldBy(after, 'signature')?.valid).toBe(false)
  await world.clock.advance(HOUR)
  expect(await world.atCa('signature', serialOf(before, 'signature'))).toBe('cessationOfOperation')
})

test('a card exchanged for one without signature certificate is renewed as it is', async () => {
  await world.issue('plain')
  await newCard('plain', '')
  const after = await renew('plain')
  expect(heldBy(after, 'authentication')).toMatchObject({ valid: true })
  expect(heldBy(after, 'signature')).toMatchObject({ valid: false })
  const pins = { authentication: '5678', signature: '' }
  expect(await readCard(after.cardId, pins)).toEqual([serialOf(after, 'authentication')])
})

test('while the authority is down an exchange waits, and the old card stays in use meanwhile', async () => {
  const before = await world.issue('waiting')
  world.fault({ kind: 'down', to: 'ca' })
  await newCard('waiting')
  expect(await readCard(before.cardId)).toHaveLength(2)
  world.faults.clear()
  expect(await bothAtCa(before)).toEqual(['good', 'good'])
  await world.clock.advance(2 * MINUTE)
  expect(await bothAtCa(await world.show('waiting'))).toEqual(['good', 'good'])
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
})

test('the old card lost during such an exchange is held and may be handed in later', async () => {
  const before = await world.issue('clumsy')
  world.fault({ kind: 'down', to: 'ca' })
  await newCard('clumsy')
  await lose('clumsy')
  world.faults.clear()
  await world.clock.advance(2 * HOUR)
  const after = await world.show('clumsy')
  expect(after.formerCardIds).toEqual([before.cardId])
  expect(await bothAtCa(before)).toEqual(['certificateHold', 'certificateHold'])
  expect(await bothAtCa(after)).toEqual(['good', 'good'])
  await handIn('clumsy', before.cardId)
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
})

test('who hands in the card in use has no certificates any more', async () => {
  const before = await world.issue('leaver')
  const after = await handIn('leaver', before.cardId)
  expect([after.cardId, after.certificates.map(({ valid }) => valid)]).toEqual([undefined, [false, false]])
  await world.clock.advance(HOUR)
  expect(await bothAtCa(before)).toEqual(['cessationOfOperation', 'cessationOfOperation'])
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
})

test('nobody hands in somebody else’s card', async () => {
  const theirs = await world.issue('neighbour')
  await world.issue('stranger')
  expect(await problemOf(handIn('stranger', theirs.cardId))).toMatchObject({ status: 409 })
  expect(await readCard(theirs.cardId)).toHaveLength(2)
})

test('after a death the card goes on answering until somebody brings it', async () => {
  const before = await world.issue('late')
  const dead = await answer(ofResident.deaths.$post(of('late')))
  expect(dead).toMatchObject({ state: 'dead', formerCardIds: [before.cardId] })
  await world.clock.advance(HOUR)
  expect(await bothAtCa(before)).toEqual(['cessationOfOperation', 'cessationOfOperation'])
  expect(await readCard(before.cardId)).toHaveLength(2)
  await handIn('late', before.cardId)
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
})

test('who moves abroad hands in the card, and is registered anew on coming back', async () => {
  const before = await world.issue('emigrant')
  const abroad = await answer(ofResident.emigrations.$post(of('emigrant')))
  expect([abroad.state, abroad.cardId]).toEqual(['abroad', undefined])
  await world.clock.advance(HOUR)
  expect(await bothAtCa(before)).toEqual(['cessationOfOperation', 'cessationOfOperation'])
  expect(await answersOf(before.cardId)).toMatchObject({ statusWord: '6F00' })
  expect(await problemOf(newCard('emigrant'))).toMatchObject({ status: 409 })
  const back = await world.issue('emigrant')
  expect(back.state).toBe('registered')
  expect(await bothAtCa(back)).toEqual(['good', 'good'])
})

test('a lost card, and one to be handed in, are known in the town moved to', async () => {
  const first = await world.issue('mover')
  await lose('mover')
  const second = await newCard('mover')
  await lose('mover')
  const there = world.town('municipality-midorino')
  const json = { residentId: 'mover', from: 'municipality-aobano', address: '見本県緑野町本町1' }
  const arrived = await answer(there.arrivals.$post({ json }))
  expect(arrived).toMatchObject({
    lostCardId: second.cardId,
    cardExpiresAt: second.cardExpiresAt,
    formerCardIds: [first.cardId],
  })
  const resident = there.residents[':residentId']
  const found = await answer(resident['card-finds'].$post(of('mover')))
  expect(found.cardId).toBe(second.cardId)
  const renewed = await answer(resident.renewals.$post(of('mover')))
  expect(await bothAtCa(renewed)).toEqual(['good', 'good'])
  await answer(resident['card-returns'].$post({ ...of('mover'), json: { cardId: first.cardId ?? '' } }))
  expect(await answersOf(first.cardId)).toMatchObject({ statusWord: '6F00' })
})

test('a lost answer destroys nothing twice, and what was to be destroyed is so after a restart', async () => {
  const own = await createTestWorld()
  const before = await own.issue('sleeper')
  own.fault({ kind: 'down', to: 'card', pathPrefix: `/${before.cardId}/disablements` })
  const json = { cardId: before.cardId ?? '' }
  await answer(own.ofResident['card-returns'].$post({ ...of('sleeper'), json }))
  expect(await problemOf(own.reader(before.cardId ?? '').select())).toBeUndefined()
  const after = await createTestWorld(own.folder, own.clock.now())
  after.fault({ kind: 'drop-answer', to: 'card', times: 1 })
  await after.clock.advance(HOUR)
  expect(await problemOf(after.reader(before.cardId ?? '').select())).toMatchObject({ statusWord: '6F00' })
})

test('a card that has run out is neither renewed nor unblocked, only exchanged', async () => {
  const own = await createTestWorld()
  const before = await own.issue('outdated')
  expect(new Date(before.cardExpiresAt ?? 0).toISOString()).toBe('2035-05-05T14:59:59.000Z')
  await own.clock.advance((before.cardExpiresAt ?? 0) - own.clock.now() - DAY)
  const last = await answer(own.ofResident.renewals.$post(of('outdated')))
  expect(heldBy(last, 'authentication')?.notAfter).toBe(before.cardExpiresAt)
  await own.clock.advance(2 * DAY)
  const unblock = { ...of('outdated'), json: { pin: 'authentication', value: '4321' } as const }
  for (const order of [
    own.ofResident.renewals.$post(of('outdated')),
    own.ofResident['signature-certificates'].$post({ ...of('outdated'), json: {} }),
    own.ofResident.unblocks.$post(unblock),
  ])
    expect(await problemOf(answer(order))).toMatchObject({ status: 422, code: 'card-expired' })
  const json = { authenticationPin: '1234', signaturePassword: 'SIGN1234' }
  const after = await answer(own.ofResident.cards.$post({ ...of('outdated'), json }))
  expect(after.certificates.map(({ valid }) => valid)).toEqual([true, true])
  expect(after.cardExpiresAt).toBeGreaterThan(own.clock.now() + 9 * 365 * DAY)
  expect(await problemOf(own.reader(before.cardId ?? '').select())).toMatchObject({ statusWord: '6F00' })
})

test('from the fifteenth birthday on a signature certificate is added to a child’s card, with a password', async () => {
  const own = await createTestWorld()
  await own.register('child', '2012-04-10')
  const young = await answer(own.ofResident.cards.$post({ ...of('child'), json: { authenticationPin: '1234' } }))
  const order = (signaturePassword?: string) =>
    answer(
      own.ofResident['signature-certificates'].$post({
        ...of('child'),
        json: signaturePassword === undefined ? {} : { signaturePassword },
      }),
    )
  const birthday = Date.UTC(2027, 3, 9, 15)
  await own.clock.advance(birthday - 1 - own.clock.now())
  expect(await problemOf(order('CHILD123'))).toMatchObject({ status: 422, code: 'under-15' })
  await own.clock.advance(1)
  expect(await problemOf(order())).toMatchObject({ status: 422, code: 'password-missing' })
  const grown = await order('CHILD123')
  expect(grown.cardId).toBe(young.cardId)
  expect(heldBy(grown, 'signature')).toMatchObject({ valid: true, notAfter: heldBy(grown, 'authentication')?.notAfter })
  const reader = own.reader(grown.cardId ?? '')
  await reader.select()
  expect(await reader.readPresence()).toEqual({ signature: true, authentication: true })
  expect(await reader.verify('signature', 'CHILD123')).toEqual({ result: 'ok' })
  const certificate = parseCertificate(await reader.readSignatureCertificate())
  expect(certificate.basicFour).toMatchObject({ ...hanako, dateOfBirth: '2012-04-10' })
})

test('a renewal renews what there is: a child’s card gets no signature certificate by it', async () => {
  await world.register('young', '2015-06-01')
  await answer(ofResident.cards.$post({ ...of('young'), json: { authenticationPin: '1234' } }))
  const record = await renew('young')
  expect(record.certificates.map(({ kind, valid }) => [kind, valid])).toEqual([['authentication', true]])
})

test('the holder changes both PINs at the counter’s terminal, by the card’s rules, knowing the old ones', async () => {
  const { cardId = '' } = await world.issue('changer')
  const reader = world.reader(cardId)
  await reader.select()
  expect(await reader.changePin('authentication', '9999', '2468')).toEqual({ result: 'wrong', triesLeft: 2 })
  expect(await reader.changePin('authentication', '1234', '2468')).toEqual({ result: 'ok' })
  for (const password of ['sign5678', 'PASSWORD', '12345678', 'A1B2C', 'A1B2C3D4E5F6G7H8I'])
    expect(await reader.changePin('signature', 'SIGN1234', password)).toEqual({ result: 'unacceptable' })
  expect(await reader.changePin('signature', 'SIGN1234', 'SIGN5678')).toEqual({ result: 'ok' })
  expect(await readCard(cardId, { authentication: '2468', signature: 'SIGN5678' })).toHaveLength(2)
})

test('either PIN is set anew when blocked, and the other one is left alone', async () => {
  const { cardId = '' } = await world.issue('blocked')
  const reader = world.reader(cardId)
  await reader.select()
  for (let tries = 0; tries < 5; tries++) await reader.verify('signature', 'WRONG123')
  expect([await reader.triesLeft('signature'), await reader.triesLeft('authentication')]).toEqual([0, 3])
  const unblock = (value: string) =>
    answer(ofResident.unblocks.$post({ ...of('blocked'), json: { pin: 'signature', value } }))
  expect(await problemOf(unblock('LETTERS'))).toMatchObject({ status: 422, code: 'unacceptable-pin' })
  await unblock('FRESH123')
  expect(await readCard(cardId, { authentication: '1234', signature: 'FRESH123' })).toHaveLength(2)
})
