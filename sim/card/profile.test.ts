/** Cards as a world's variables have them made: another kind of key, another word for a blocked PIN, terminals without PIN. */
import { verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { signDocument, verifySignedDocument } from '../pki/cms.ts'
import { importPublicKey } from '../pki/key.ts'
import { ForeignCard } from './foreignCard.ts'
import { readTokenInfo } from './tokenInfo.ts'
import { createTestWorld } from './testWorld.ts'

const select = '00A4040C0AD392F000260100000001'
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)

const nextCards = await createTestWorld(undefined, { keyAlgorithm: 'p-384' })
const data = Buffer.from('共通IDの申込み')

test('a P-384 card is certified, says what it is, and signs what its certificates verify', async () => {
  await nextCards.issue('card-1')
  const reader = nextCards.reader('card-1')
  await reader.select()
  expect(readTokenInfo(await reader.readTokenInfo())).toEqual({
    ...{ label: 'JPKIAPICCTOKEN2', manufacturer: 'JPKI-SIM', model: 'JPKI-SIM P-384' },
    ...{ serialNumber: '0000000000000000', keyAlgorithm: 'p-384' },
  })
  const certificate = parseCertificate(await reader.readAuthenticationCertificate())
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' })
  await reader.verify('authentication', '1234')
  expect(verify('sha384', data, certificate.publicKey, await reader.sign('authentication', data))).toBe(true)
})

test('a document signed by a P-384 card is CMS with ECDSA and SHA-384', async () => {
  await nextCards.issue('card-2')
  const reader = nextCards.reader('card-2')
  await reader.select()
  await reader.verify('signature', 'SIGN1234')
  const certificate = await reader.readSignatureCertificate()
  const signer = await reader.signer('signature')
  const verified = verifySignedDocument(await signDocument({ document: data, signer, certificate, signingTime: 0 }))
  expect(verified.result === 'ok' && verified.signerInfo.signatureAlgorithm.oid).toBe('1.2.840.10045.4.3.3')
})

test('a renewed key is of the kind the card was made for, whatever cards are made now', async () => {
  await nextCards.issue('card-3')
  const rsaNow = await createTestWorld(nextCards.folder)
  const call = rsaNow.town[':cardId'].keys.$post({ param: { cardId: 'card-3' }, json: { key: 'authentication' } })
  const { publicKey } = await answer(call)
  expect(importPublicKey(publicKey).asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' })
  const { publicKeys } = await rsaNow.make('card-4', 'order-4')
  expect(importPublicKey(publicKeys.authentication).asymmetricKeyType).toBe('rsa')
})

test('P-384 keys are the same in every world of a seed, and no two cards of a world share one', async () => {
  const made = async () => {
    const world = await createTestWorld(undefined, { keyAlgorithm: 'p-384' })
    const cards = [await world.make('card-1', 'order-1'), await world.make('card-2', 'order-2')]
    return cards.flatMap(({ publicKeys }) => Object.values(publicKeys))
  }
  const keys = await made()
  expect(await made()).toEqual(keys)
  expect(new Set(keys).size).toBe(4)
})

test.each(['6984', '6983', '63C0'] as const)('a blocked PIN is answered %s where the world says so', async (word) => {
  const world = await createTestWorld(undefined, { keyAlgorithm: 'p-384', blockedStatusWord: word })
  await world.make('card-1', 'order-1')
  const verifyWrong = '002000800430303030'
  const sent = [select, '00A4020C020018', verifyWrong, verifyWrong, verifyWrong, '002000800431323334', '00200080']
  const responses = []
  for (const apdu of sent) responses.push(await world.transmit('card-1', apdu))
  expect(responses.slice(2)).toEqual(['63C2', '63C1', '63C0', word, '63C0'])
  const reader = world.reader('card-1')
  await reader.select()
  expect(await reader.verify('authentication', '1234')).toEqual({ result: 'blocked' })
})

test('a terminal with the key of the world needs no PIN for the authentication key, and its key is in no journal', async () => {
  const key = '0123456789ABCDEF0123456789ABCDEF'
  const world = await createTestWorld(undefined, { keyAlgorithm: 'p-384', terminalKey: key })
  await world.issue('card-1')
  const reader = world.reader('card-1')
  await reader.select()
  expect(await reader.presentTerminal(Buffer.from(key, 'hex'))).toBe(true)
  const { publicKey } = parseCertificate(await reader.readAuthenticationCertificate())
  expect(verify('sha384', data, publicKey, await reader.sign('authentication', data))).toBe(true)
  await expect(reader.sign('signature', data)).rejects.toMatchObject({ statusWord: '6982' })
  const kept = (await readJournal('card', world.site.store.read)).map(({ aside }) => JSON.stringify(aside))
  expect(kept.filter((text) => text.includes(key.slice(0, 8)))).toEqual([])
  expect(kept.some((text) => text.includes('80A20000**'))).toBe(true)
})

test('a terminal knows its own world’s cards by their authority, and refuses those of another', async () => {
  await nextCards.issue('card-5')
  const { authentication } = nextCards.authorities
  const own = nextCards.reader('card-5', () => [authentication.certificate])
  await own.select()
  expect(await own.verify('authentication', '1234')).toEqual({ result: 'ok' })
  // that the card's own certificate was read spares the terminal the one of its authority
  await own.select()
  await own.readAuthenticationCertificate()
  expect(await own.verify('authentication', '1234')).toEqual({ result: 'ok' })

  const { authorities } = await createTestWorld()
  for (const readFirst of [false, true]) {
    const other = nextCards.reader('card-5', () => [authorities.authentication.certificate])
    await other.select()
    if (readFirst) await other.readAuthenticationCertificate()
    await expect(other.verify('authentication', '1234')).rejects.toThrow(ForeignCard)
  }
})

test('the card itself refuses extended length, and the journal shows nothing of it', async () => {
  await nextCards.make('card-6', 'order-6')
  await nextCards.transmit('card-6', select)
  await nextCards.transmit('card-6', '00A4020C020018')
  const pin = '37333931'
  expect(await nextCards.transmit('card-6', `00200080000004${pin}`)).toBe('6700')
  expect(await nextCards.transmit('card-6', `0020008000FFF8${pin}${'00'.repeat(65_524)}`)).toBe('6700')
  expect(await nextCards.transmit('card-6', '00200080')).toBe('63C3')
  const param = { cardId: 'card-6' }
  const tooLong = nextCards.people[':cardId'].apdu.$post({ param, json: { apdu: '00'.repeat(65_536) } })
  expect(await problemOf(answer(tooLong))).toMatchObject({ status: 422, errors: [{ field: '/apdu' }] })
  const entries = await readJournal('card', nextCards.site.store.read)
  expect(entries.filter((entry) => JSON.stringify(entry).includes(pin))).toEqual([])
  const carried = entries.filter(({ body }) => body['path'] === '/card-6/apdu').map(({ body }) => body['carries'])
  expect(carried.slice(2, 4)).toEqual([
    { request: ['pin'], response: [] },
    { request: ['pin'], response: [] },
  ])
})
