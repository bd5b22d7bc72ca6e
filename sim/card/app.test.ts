/** The cards as municipalities and terminals meet them. */
import { verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { answersTable } from '../core/answers.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { importPublicKey } from '../pki/key.ts'
import { createTestWorld } from './testWorld.ts'

const world = await createTestWorld()
const select = '00A4040C0AD392F000260100000001'
const verifyWrong = '002000800430303030'
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)

const stateOf = (cardId: string) => answer(world.people[':cardId'].$get({ param: { cardId } }))

test('an issued card signs with both keys, as a reader uses it', async () => {
  const publicKeys = await world.issue('card-1')
  const reader = world.reader('card-1')
  await reader.select()
  await reader.verify('authentication', '1234')
  const challenge = Buffer.from('challenge')
  const signature = await reader.sign('authentication', challenge)
  expect(verify('sha256', challenge, importPublicKey(publicKeys.authentication), signature)).toBe(true)
  await reader.verify('signature', 'SIGN1234')
  expect((await reader.readSignatureCertificate()).length).toBeGreaterThan(1000)
  expect(await stateOf('card-1')).toEqual({
    cardId: 'card-1',
    disabled: false,
    triesLeft: { authentication: 3, signature: 5 },
    certificates: ['authentication', 'signature'],
  })
})

test('cards never share a key, and a repeated order makes no second card', async () => {
  const first = await world.make('card-2', 'order-2')
  expect(await world.make('card-2', 'order-2')).toEqual(first)
  const other = await world.make('card-3', 'order-3')
  const keys = [first, other].flatMap(({ publicKeys }) => Object.values(publicKeys))
  expect(new Set(keys).size).toBe(4)
  expect(await problemOf(world.make('card-2', 'order-4'))).toMatchObject({ status: 409, code: 'card-exists' })
})

/** As if the process had died after the card's change and before the answer was kept. */
const forgetAnswers = () => world.site.store.write(async (tx) => void (await tx.delete(answersTable)))

test('a request repeated after a crash is answered from the card’s own record', async () => {
  const first = await world.make('card-4', 'order-5')
  await forgetAnswers()
  expect(await world.make('card-4', 'order-5')).toEqual(first)
  await world.transmit('card-4', select)
  await world.transmit('card-4', '00A4020C020018')
  expect(await world.transmit('card-4', verifyWrong, 'try')).toBe('63C2')
  await forgetAnswers()
  expect(await world.transmit('card-4', verifyWrong, 'try')).toBe('63C2')
})

test('a repeated APDU costs one try only, also when two arrive at once', async () => {
  await world.issue('card-5')
  await world.transmit('card-5', select)
  await world.transmit('card-5', '00A4020C020018')
  const answers = await Promise.all([
    world.transmit('card-5', verifyWrong, 'same'),
    world.transmit('card-5', verifyWrong, 'same'),
  ])
  answers.push(await world.transmit('card-5', verifyWrong, 'same'))
  expect(answers).toEqual(['63C2', '63C2', '63C2'])
  expect((await stateOf('card-5')).triesLeft.authentication).toBe(2)
})

test('APDUs that arrive at once are carried out one after the other', async () => {
  await world.issue('card-6')
  const sent = [select, '00A4020C020018', verifyWrong, verifyWrong, verifyWrong, verifyWrong]
  const responses = await Promise.all(sent.map((apdu) => world.transmit('card-6', apdu)))
  expect(responses.toSorted()).toEqual(['63C0', '63C1', '63C2', '6984', '9000', '9000'])
})

test('counters survive a restart, a verified PIN does not', async () => {
  const before = await createTestWorld()
  await before.issue('card-1')
  const reader = before.reader('card-1')
  await reader.select()
  await reader.verify('authentication', '0000')
  await reader.verify('signature', 'SIGN1234')
  const after = await createTestWorld(before.folder)
  expect(await after.transmit('card-1', '00B0810004')).toBe('6D00')
  const again = after.reader('card-1')
  await again.select()
  expect(await again.triesLeft('authentication')).toBe(2)
  await expect(again.readSignatureCertificate()).rejects.toMatchObject({ statusWord: '6982' })
  await again.verify('authentication', '1234')
  await again.sign('authentication', Buffer.from('x'))
})

test('a power cycle forgets a verified PIN', async () => {
  await world.issue('card-7')
  const reader = world.reader('card-7')
  await reader.select()
  await reader.verify('signature', 'SIGN1234')
  await answer(world.people[':cardId'].resets.$post({ param: { cardId: 'card-7' } }))
  await reader.select()
  await expect(reader.readSignatureCertificate()).rejects.toMatchObject({ statusWord: '6982' })
})

test('the old key stays in use until the new certificate is written', async () => {
  const { authentication } = await world.issue('card-8')
  const param = { cardId: 'card-8' }
  const call = world.town[':cardId'].keys.$post({ param, json: { key: 'authentication' } })
  const { publicKey } = await answer(call)
  const reader = world.reader('card-8')
  const signsFor = async (key: string) => {
    await reader.select()
    await reader.verify('authentication', '1234')
    const data = Buffer.from('data')
    return verify('sha256', data, importPublicKey(key), await reader.sign('authentication', data))
  }
  expect([await signsFor(authentication), await signsFor(publicKey)]).toEqual([true, false])
  const json = await world.certified('authentication', publicKey)
  await answer(world.town[':cardId'].certificates.$post({ param, json }))
  expect([await signsFor(authentication), await signsFor(publicKey)]).toEqual([false, true])
})

test('a certificate for another card’s key, of another kind or none at all is refused', async () => {
  await world.issue('card-9')
  const { publicKeys } = await world.make('card-10', 'order-10')
  const good = await world.certified('authentication', publicKeys.authentication)
  const signature = await world.certified('signature', publicKeys.signature ?? '')
  const write = (json: typeof good) =>
    problemOf(answer(world.town[':cardId'].certificates.$post({ param: { cardId: 'card-9' }, json })))
  expect(await write(good)).toMatchObject({ status: 422, code: 'wrong-key' })
  expect(await write({ ...good, kind: 'signature' })).toMatchObject({ status: 422, code: 'wrong-kind' })
  expect(await write({ ...good, caCertificate: signature.caCertificate })).toMatchObject({ code: 'wrong-issuer' })
  expect(await write({ ...good, certificate: 'AAAA' })).toMatchObject({ status: 422, code: 'malformed-certificate' })
})

test('a blocked PIN is set anew at the counter', async () => {
  await world.issue('card-11')
  const reader = world.reader('card-11')
  await reader.select()
  for (const pin of ['0000', '0001', '0002']) await reader.verify('authentication', pin)
  expect(await reader.verify('authentication', '1234')).toEqual({ result: 'blocked' })
  const json = { pin: 'authentication', value: '4321' } as const
  await answer(world.town[':cardId'].unblocks.$post({ param: { cardId: 'card-11' }, json }))
  await reader.select()
  expect(await reader.verify('authentication', '4321')).toEqual({ result: 'ok' })
})

test('only a municipality personalises cards', async () => {
  const json = { cardId: 'card-12', authenticationPin: '1234' }
  expect(await problemOf(answer(world.people.index.$post({ json })))).toMatchObject({
    status: 403,
    code: 'role-refused',
  })
})

test('a password without digits and an unknown card are named, the PIN is not', async () => {
  const json = { cardId: 'card-13', authenticationPin: '1234', signaturePassword: 'PASSWORD' }
  expect(await problemOf(answer(world.town.index.$post({ json })))).toMatchObject({
    status: 422,
    errors: [{ field: '/signaturePassword', reason: 'must have letters and digits' }],
  })
  expect(await problemOf(world.transmit('card-99', select))).toMatchObject({ status: 404, code: 'no-such-card' })
})

test('no card takes the address under which the party tells its health', async () => {
  const json = { cardId: 'health', authenticationPin: '1234' }
  const refused = await problemOf(answer(world.town.index.$post({ json })))
  expect(refused).toMatchObject({ status: 422, errors: [{ field: '/cardId' }] })
  expect(await answer(world.people.health.$get())).toMatchObject({ id: 'card', role: 'card' })
})

test('an unknown field is refused by name', async () => {
  const json = { apdu: select, extra: 1 }
  const call = world.people[':cardId'].apdu.$post({ param: { cardId: 'card-1' }, json })
  expect(await problemOf(answer(call))).toMatchObject({ status: 422, errors: [{ field: '/extra' }] })
})

test('no PIN is in the journal, however the request was written', async () => {
  const json = { cardId: 'card-14', authenticationPin: '8642', signaturePassword: 'HIDDEN77' }
  await answer(world.town.index.$post({ json }))
  await world.transmit('card-14', select)
  await world.transmit('card-14', '00A4020C020018')
  expect(await world.transmit('card-14', '002000800438363432')).toBe('9000')
  const param = { cardId: 'card-14' }
  await problemOf(answer(world.people[':cardId'].apdu.$post({ param, json: { apdu: '00 20 00 80 04 38363432' } })))
  const misspelt = { ...json, authenticationPIN: '8642', pin: 8642 }
  await problemOf(answer(world.town.index.$post({ json: misspelt })))
  const contents = (await readJournal('card', world.site.store.read)).map(({ aside }) => JSON.stringify(aside))
  expect(contents.filter((text) => /\W8642\W|38363432|HIDDEN77/.test(text))).toEqual([])
})

test('the journal tells which APDUs carried a PIN, a signature or personal data', async () => {
  await world.issue('card-15')
  const reader = world.reader('card-15')
  await reader.select()
  await reader.verify('signature', 'SIGN1234')
  await reader.readSignatureCertificate()
  await reader.sign('signature', Buffer.from('document'))
  const entries = await readJournal('card', world.site.store.read)
  const used = entries.filter(({ body }) => body['path'] === '/card-15/apdu').map(({ body }) => body['carries'])
  expect(used[2]).toEqual({ request: ['pin'], response: [] })
  expect(used.at(-1)).toEqual({ request: [], response: ['signature'] })
  expect(used[3]).toEqual({ request: [], response: ['address', 'certificate', 'date-of-birth', 'name', 'sex'] })
})
