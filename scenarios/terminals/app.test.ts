/** Card readers: where a card is, what it says to PINs, and that no PIN stays anywhere. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { journalTable } from '../../sim/core/journal.ts'
import { answer, once } from '../../sim/core/network.ts'
import type { CardApp } from '../../sim/card/index.ts'
import { loseCard, moveTo } from '../acts/counter.ts'
import { personOf } from '../people.ts'
import { createPlace, type Place } from './testPlace.ts'

let place: Place

beforeAll(async () => {
  place = await createPlace(['taro', 'hanako', 'misaki', 'tenko', 'kodomo', 'nocard', 'ichiro'])
}, 60_000)
afterAll(() => place.remove())

const readers = () => place.terminals.readers
const reader = () => readers()[':readerId']
const at = (readerId: string) => ({ param: { readerId } })
const put = (readerId: string, residentId: string, takeOut = false) =>
  reader().card.$post({ ...at(readerId), json: { residentId, takeOut } })
const takeOut = (readerId: string) => answer(reader().card.$delete(at(readerId)))

const challenge = { challengeId: 'c-1', challenge: Buffer.alloc(32, 7).toString('base64') }
const prove = (readerId: string, pin: string) =>
  answer(reader().authentications.$post({ ...at(readerId), json: { ...challenge, pin } }))
const sign = (readerId: string, password: string, document = { order: 'test' }) =>
  answer(reader().signatures.$post({ ...at(readerId), json: { document, password } }))
const pinOf = (id: string) => personOf(id).card?.authenticationPin ?? ''

beforeEach(async () => {
  for (const { readerId } of (await answer(readers().$get())).readers) await takeOut(readerId)
})

test('everybody founded can be played, with the data of the register, what they know and the PINs first issued', async () => {
  const { residents } = await answer(place.terminals.residents.$get())
  expect(residents.map(({ residentId }) => residentId)).toEqual([
    'taro',
    'hanako',
    'misaki',
    'tenko',
    'kodomo',
    'nocard',
    'ichiro',
  ])
  const [taro] = residents
  expect(taro).toMatchObject({
    town: 'municipality-aobano',
    standing: 'registered',
    basicFour: personOf('taro').basicFour,
    card: { state: 'held', issuedPins: { authenticationPin: '0001', signaturePassword: 'MIHON0001' } },
    television: { operator: 'catv-hikari', setTopBoxId: 'STB-mihon' },
    insurance: { insurer: 'insurer-nhi', insuredNumber: 'N-0001' },
    payment: { issuer: 'payment-credit', accountNumber: 'C-0001' },
  })
  expect(residents.find(({ residentId }) => residentId === 'nocard')?.card).toEqual({ state: 'none' })
})

test('a reader shows the card in it, since when, and the tries left; a child’s card has no signature password', async () => {
  const shown = await answer(put('pc:taro', 'taro'))
  expect(shown).toMatchObject({
    readerId: 'pc:taro',
    card: { residentId: 'taro', since: place.stage.now(), triesLeft: { authentication: 3, signature: 5 } },
  })
  expect(await answer(reader().$get(at('pc:taro')))).toEqual(shown)
  await answer(put('pc:child', 'kodomo'))
  expect((await answer(reader().$get(at('pc:child')))).card?.triesLeft).toEqual({ authentication: 3, signature: null })
  expect((await answer(readers().$get())).readers.map(({ readerId }) => readerId)).toEqual(['pc:taro', 'pc:child'])
})

test('a card is in one reader only, and a reader holds one card: 409 says where, unless it is to be taken out first', async () => {
  await answer(put('stb:STB-mihon', 'taro'))
  await expect(answer(put('pc:taro', 'taro'))).rejects.toMatchObject({
    status: 409,
    code: 'card-elsewhere',
    message: 'the card of taro is in reader stb:STB-mihon',
  })
  await expect(answer(put('stb:STB-mihon', 'hanako'))).rejects.toMatchObject({ status: 409, code: 'reader-occupied' })
  await answer(put('pc:hanako', 'hanako'))
  await answer(put('pc:hanako', 'taro', true))
  expect((await answer(readers().$get())).readers.map(({ readerId, residentId }) => [readerId, residentId])).toEqual([
    ['pc:hanako', 'taro'],
  ])
  const { card } = await answer(place.terminals.residents[':residentId'].$get({ param: { residentId: 'taro' } }))
  expect(card).toMatchObject({ readerId: 'pc:hanako' })
})

test('the same card put into the same reader again stays there, since when it was', async () => {
  const first = await answer(put('pc:taro', 'taro'))
  await place.world.advance(1000)
  expect(await answer(put('pc:taro', 'taro'))).toEqual(first)
})

test('of two who put one card into two readers at once, one is refused', async () => {
  const statuses = await Promise.all([put('pc:a', 'taro'), put('pc:b', 'taro')])
  expect(statuses.map(({ status }) => status).sort()).toEqual([200, 409])
})

test('the right PIN proves presence, a wrong one counts down to lock-out, and the reader shows it', async () => {
  await answer(put('pc:ichiro', 'ichiro'))
  expect(await prove('pc:ichiro', pinOf('ichiro'))).toMatchObject({ outcome: 'proved', challengeId: 'c-1' })
  const wrong = [await prove('pc:ichiro', '9999'), await prove('pc:ichiro', '9999'), await prove('pc:ichiro', '9999')]
  expect(wrong).toEqual([
    { outcome: 'wrong', triesLeft: 2 },
    { outcome: 'wrong', triesLeft: 1 },
    { outcome: 'blocked' },
  ])
  expect(await prove('pc:ichiro', pinOf('ichiro'))).toEqual({ outcome: 'blocked' })
  expect((await answer(reader().$get(at('pc:ichiro')))).card?.triesLeft).toEqual({ authentication: 0, signature: 5 })
})

test('a signature needs the password each time; a child’s card has no such key', async () => {
  await answer(put('pc:taro', 'taro'))
  expect(await sign('pc:taro', 'MIHON0001')).toMatchObject({ outcome: 'signed' })
  expect(await sign('pc:taro', 'WRONG1')).toEqual({ outcome: 'wrong', triesLeft: 4 })
  expect(await sign('pc:taro', 'MIHON0001')).toMatchObject({ outcome: 'signed' })
  await answer(put('pc:child', 'kodomo'))
  expect(await sign('pc:child', 'MIHON0001')).toEqual({ outcome: 'absent' })
})

test('a PIN is changed with the old one, if the new one may be a PIN', async () => {
  await answer(put('pc:hanako', 'hanako'))
  const change = (oldValue: string, newValue: string) =>
    answer(reader()['pin-changes'].$post({ ...at('pc:hanako'), json: { pin: 'authentication', oldValue, newValue } }))
  expect(await change('0000', '4321')).toEqual({ outcome: 'wrong', triesLeft: 2 })
  expect(await change('0002', 'abcd')).toEqual({ outcome: 'unacceptable' })
  expect(await change('0002', '4321')).toEqual({ outcome: 'changed' })
  expect(await prove('pc:hanako', '0002')).toEqual({ outcome: 'wrong', triesLeft: 2 })
  expect(await prove('pc:hanako', '4321')).toMatchObject({ outcome: 'proved' })
  expect(await change('4321', '0002')).toEqual({ outcome: 'changed' })
})

/** The status word for a signature with the authentication key, asked for by whoever speaks to the card next, without a PIN. */
const signUnasked = async (cardId: string) => {
  const digestInfo = `3031300D060960864801650304020105000420${'00'.repeat(32)}`
  const call = place.world.people.network.connect<CardApp>('card')[':cardId'].apdu
  const { response } = await answer(call.$post({ param: { cardId }, json: { apdu: `802A009733${digestInfo}00` } }))
  return response.slice(-4)
}

test('card out: the verified PIN is gone from the card, and the reader is empty', async () => {
  const { card } = await answer(put('pc:taro', 'taro'))
  const cardId = card?.cardId ?? ''
  await prove('pc:taro', pinOf('taro'))
  const before = await signUnasked(cardId)
  await takeOut('pc:taro')
  expect([before === '9000', (await signUnasked(cardId)) === '9000']).toEqual([true, false])
  expect(await answer(reader().$get(at('pc:taro')))).toEqual({ readerId: 'pc:taro' })
  await expect(prove('pc:taro', pinOf('taro'))).rejects.toMatchObject({ status: 409, code: 'no-card-in-reader' })
})

test('no PIN is in the journal, in a kept answer, or beside a misspelt field', async () => {
  await answer(put('pc:taro', 'taro'))
  const json = { ...challenge, pin: '8642' }
  await answer(reader().authentications.$post({ ...at('pc:taro'), json }, once('r-1')))
  await sign('pc:taro', 'GEHEIM8642')
  const post = (what: string, body: object) =>
    place.request(`/people/readers/pc:taro/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  for (const [what, body] of [
    ['authentications', { ...challenge, PIN: '8642' }],
    ['authentications', { ...challenge, pin: 'abc8642def' }],
    ['signatures', { type: 'x', detail: 'GEHEIM8642' }],
    ['pin-changes', { pin: 'authentication', oldValue: '8642', newValue: '8642' }],
    ['pin-changes', { pin: '8642', oldValue: '8642', newValue: '8642' }],
  ] as const)
    await post(what, body)
  await answer(place.terminals.residents.$get())
  const kept = await place.kept()
  expect(kept.filter((text) => text.includes('challengeId')).length).toBeGreaterThan(2)
  // certificates and signatures may hold any four digits by chance
  const said = kept.map((text) => text.replace(/(certificate|signature|signedDocument)\\?":\\?"[^"\\]*/g, ''))
  expect(said.filter((text) => /8642|MIHON0001/.test(text))).toEqual([])
})

test('the journal says that a PIN went in and a certificate came out, and of a wrong PIN that nothing did', async () => {
  await answer(put('pc:taro', 'taro'))
  await prove('pc:taro', pinOf('taro'))
  await prove('pc:taro', '9999')
  await prove('pc:taro', pinOf('taro'))
  const rows = await place.world.people.store.read.select().from(journalTable)
  const carried = rows
    .map(({ body }): { purpose?: string; carries?: object } => JSON.parse(body))
    .filter(({ purpose }) => purpose === 'terminal.prove')
    .map(({ carries }) => carries)
  expect(carried.slice(-3)).toEqual([
    { request: ['pin'], response: ['certificate', 'signature'] },
    { request: ['pin'], response: [] },
    { request: ['pin'], response: ['certificate', 'signature'] },
  ])
})

test('who moved is found in the new town; a lost card can still be put in, by whoever found it', async () => {
  await moveTo(place.stage, 'tenko', 'municipality-midorino', '見本県緑野町本町一番')
  await loseCard(place.stage, 'misaki')
  const show = (residentId: string) => answer(place.terminals.residents[':residentId'].$get({ param: { residentId } }))
  expect(await show('tenko')).toMatchObject({
    town: 'municipality-midorino',
    standing: 'registered',
    basicFour: { address: '見本県緑野町本町一番' },
  })
  expect((await show('misaki')).card.state).toBe('lost')
  await answer(put('pc:finder', 'misaki'))
  expect(await prove('pc:finder', pinOf('misaki'))).toMatchObject({ outcome: 'proved' })
})

test('after a restart every card is out, and the lost one is still known', async () => {
  await answer(put('pc:taro', 'taro'))
  const { terminals } = place.reopen()
  expect(await answer(terminals.readers.$get())).toEqual({ readers: [] })
  const misaki = await answer(terminals.residents[':residentId'].$get({ param: { residentId: 'misaki' } }))
  expect(misaki.card.state).toBe('lost')
})

test('whom nobody knows, who has no card, and what is no reader’s name are refused', async () => {
  await expect(answer(put('pc:x', 'nobody'))).rejects.toMatchObject({ status: 404 })
  await expect(answer(put('pc:x', 'nocard'))).rejects.toMatchObject({ status: 409, code: 'no-card' })
  await expect(answer(put('pc x', 'taro'))).rejects.toMatchObject({ status: 422, code: 'invalid-reader' })
})

test('a document nested without end is refused, and no such thing harms the terminal', async () => {
  await answer(put('pc:taro', 'taro'))
  const nested = '['.repeat(100_000) + ']'.repeat(100_000)
  const answered = await place.request('/people/readers/pc:taro/signatures', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"password":"MIHON0001","document":{"a":${nested}}}`,
  })
  expect([answered.status, (await answered.text()).includes('/document')]).toEqual([422, true])
})

test('a card that does not answer is told as such, and is not taken for inserted', async () => {
  await place.world.addFault({ kind: 'down', to: 'card', probability: 1, ms: 0, status: 503 })
  const refused = await put('pc:taro', 'taro')
  await place.world.clearFaults()
  expect(refused.status).toBe(503)
  expect(await answer(reader().$get(at('pc:taro')))).toEqual({ readerId: 'pc:taro' })
})
