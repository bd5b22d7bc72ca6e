/** What the card signs through PKCS#11 is accepted by our platform: documents in CMS, and proofs of presence. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import { signWithCard, tokens } from './pkcs11.ts'
import { run } from './programs.ts'
import { insert, type Inserted } from './reader.ts'
import { call, issuedFor, textOf, tokenOf } from './testbed.ts'

const testbed = inject('testbed')
const person = 'hanako'
const { basicFour, card: pins } = personOf(person)
const { authenticationPin = '', signaturePassword = '' } = pins ?? {}
const folder = mkdtempSync(join(tmpdir(), 'cms-'))
const provider = 'mobile-sora'
let card: Inserted

beforeAll(async () => {
  card = await insert(testbed, person)
  const { certificate, ca } = await issuedFor(testbed, person, 'signature')
  writeFileSync(join(folder, 'signer.pem'), certificate.toString())
  writeFileSync(join(folder, 'ca.pem'), ca.toString())
})
afterAll(() => card.eject())

const keyUrl = `pkcs11:token=${encodeURIComponent(tokens.signature.label)};id=%${tokens.signature.id};type=private`

/** CMS SignedData by `openssl cms` with the card's signature key; the key asks for its password each time, at a terminal only. */
const signDocument = async (document: string) => {
  writeFileSync(join(folder, 'document'), document)
  const openssl = [
    ...['openssl', 'cms', '-sign', '-engine', 'pkcs11', '-keyform', 'engine', '-inkey', `"${keyUrl}"`],
    ...['-signer', 'signer.pem', '-md', 'sha256', '-cades', '-binary', '-nodetach', '-in', 'document'],
    ...['-outform', 'DER', '-out', 'signed.der'],
  ]
  const { status, output } = await run('script', ['--quiet', '--return', '--command', openssl.join(' '), '/dev/null'], {
    answers: { prompt: /PIN[^:\n]*: ?/, reply: `${signaturePassword}\n` },
    cwd: folder,
  })
  if (status !== 0) throw new Error(output)
  return readFileSync(join(folder, 'signed.der'))
}

/** The application for a contract with this provider, good for one use. */
const application = async (applicant: unknown) => {
  const { body } = await call(`${testbed.url}/${provider}/nonces`, { method: 'POST' })
  const { body: profile } = await call(`${testbed.url}/${provider}/provider`)
  const nonce = textOf(body, 'nonce')
  return JSON.stringify({ provider, service: textOf(profile, 'service'), applicant, changeCheckConsent: true, nonce })
}

const signUp = async (signedDocument: Uint8Array) => {
  const json = { signedDocument: Buffer.from(signedDocument).toString('base64') }
  return (await call(`${testbed.url}/${provider}/contracts`, { json })).body
}

test('openssl verifies the document that the card signed, up to the authority', async () => {
  await signDocument('申込書')
  const { output } = await run(
    'openssl',
    ['cms', '-verify', '-inform', 'DER', '-in', 'signed.der', '-CAfile', 'ca.pem', '-purpose', 'any', '-binary'],
    { cwd: folder },
  )
  expect(output).toContain('CMS Verification successful')
  expect(output).toContain('申込書')
})

test('a contract signed with the card is accepted by the platform, with the customer as the certificate says', async () => {
  const answer = await signUp(await signDocument(await application(basicFour)))
  expect(answer).toMatchObject({ outcome: 'accepted', state: 'active' })
  const { body } = await call(`${testbed.url}/${provider}/contracts/${textOf(answer, 'contractId')}`)
  expect(body).toMatchObject({ customer: basicFour, consent: true })
})

test('the same document with one byte changed is refused', async () => {
  const signed = await signDocument(await application(basicFour))
  const at = signed.indexOf('"nonce":"') + 9
  signed[at] = signed[at] === 0x30 ? 0x31 : 0x30
  expect(await signUp(signed)).toEqual({ outcome: 'refused', reason: 'bad-signature' })
})

test('a document in somebody else’s name is refused', async () => {
  const signed = await signDocument(await application(personOf('taro').basicFour))
  expect(await signUp(signed)).toEqual({ outcome: 'refused', reason: 'not-the-applicant' })
})

/** Answers the platform's challenge to a cable operator with the card's authentication key. */
const prove = async (changed: Uint8Array = Buffer.alloc(0)) => {
  const token = await tokenOf(testbed, 'catv-hikari', 'platform')
  const { body } = await call(`${testbed.url}/platform/challenges`, { method: 'POST', token })
  const challenge = Buffer.from(textOf(body, 'challenge'), 'base64')
  const { output } = await signWithCard(Buffer.concat([challenge, changed]), {
    kind: 'authentication',
    pin: authenticationPin,
  })
  const { certificate } = await issuedFor(testbed, person, 'authentication')
  const json = {
    challengeId: textOf(body, 'challengeId'),
    certificate: certificate.raw.toString('base64'),
    signature: readFileSync(output).toString('base64'),
  }
  return (await call(`${testbed.url}/platform/authentications`, { json, token })).body
}

test('a challenge signed with the card proves to the platform who is there', async () => {
  expect(await prove()).toMatchObject({ outcome: 'accepted' })
})

test('another challenge than the one given proves nothing', async () => {
  expect(await prove(Buffer.from([0]))).toMatchObject({ outcome: 'refused', reason: 'bad-signature' })
})
