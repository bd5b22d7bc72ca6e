/** Applications of PKCS#11 sign with both keys of the card, and OpenSSL says the signatures are good. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import { opensslVerifies, pkcs11Tool, signWithCard, tokens } from './pkcs11.ts'
import { run } from './programs.ts'
import { insert, type Inserted } from './reader.ts'
import { issuedFor } from './testbed.ts'

const testbed = inject('testbed')
const person = 'taro'
const { authenticationPin = '', signaturePassword = '' } = personOf(person).card ?? {}
const pins = { authentication: authenticationPin, signature: signaturePassword }
const message = Buffer.from('共通ID実証テストベッド')
let card: Inserted

beforeAll(async () => {
  card = await insert(testbed, person)
})
afterAll(() => card.eject())

const kinds = ['authentication', 'signature'] as const

test('there are two tokens, one for each PIN, each with one key of 2048 bits', async () => {
  for (const kind of kinds) {
    const { label } = tokens[kind]
    const { output } = await pkcs11Tool(['--token-label', label, '--login', '--pin', pins[kind], '--list-objects'])
    expect(output.match(/Private Key Object; RSA/g)).toHaveLength(1)
    expect(output).toMatch(/Public Key Object; RSA 2048 bits/)
  }
})

test.each(kinds)(
  'the %s key signs, and openssl verifies it with the certificate that the authority issued',
  async (kind) => {
    const signed = await signWithCard(message, { kind, pin: pins[kind] })
    expect(signed.status).toBe(0)
    const { certificate } = await issuedFor(testbed, person, kind)
    expect(await opensslVerifies(certificate.toString(), signed)).toBe('Verified OK')
  },
)

test('a signature of the one key is none of the other', async () => {
  const signed = await signWithCard(message, { kind: 'authentication', pin: pins.authentication })
  const { certificate } = await issuedFor(testbed, person, 'signature')
  expect(await opensslVerifies(certificate.toString(), signed)).toContain('Verification failure')
})

test('a hash made elsewhere is signed too (RSA-PKCS over a DigestInfo)', async () => {
  const { stdout: hash } = await run('openssl', ['dgst', '-sha256', '-binary'], { input: message })
  // DigestInfo of SHA-256 (RFC 8017 section 9.2, note 1)
  const digestInfo = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), hash])
  const signed = await signWithCard(digestInfo, {
    kind: 'authentication',
    pin: pins.authentication,
    mechanism: 'RSA-PKCS',
  })
  const { input } = await signWithCard(message, { kind: 'authentication', pin: pins.authentication })
  const { certificate } = await issuedFor(testbed, person, 'authentication')
  expect(await opensslVerifies(certificate.toString(), { input, output: signed.output })).toBe('Verified OK')
})

test('RSASSA-PSS is not offered, so TLS 1.3 cannot log in with this card', async () => {
  const { output } = await pkcs11Tool(['--list-mechanisms'])
  expect(output).toContain('SHA256-RSA-PKCS')
  expect(output).not.toContain('PSS')
})

test('p11tool of GnuTLS signs and verifies with both keys', async () => {
  for (const kind of kinds) {
    const url = `pkcs11:token=${encodeURIComponent(tokens[kind].label)};id=%${tokens[kind].id};type=private`
    const { output } = await run('p11tool', ['--login', '--set-pin', pins[kind], '--test-sign', url])
    expect(output).toContain('Verifying against public key in the token... ok')
  }
})

test('ten processes sign while ten others ask for the tries left, and none is disturbed', async () => {
  const signing = Array.from({ length: 10 }, async () => {
    const signed = await signWithCard(message, { kind: 'authentication', pin: pins.authentication })
    const { certificate } = await issuedFor(testbed, person, 'authentication')
    return opensslVerifies(certificate.toString(), signed)
  })
  const asking = Array.from({ length: 10 }, async () => {
    const { output } = await run('pkcs15-tool', ['--list-pins'])
    return [...output.matchAll(/Tries left\s*:\s*(\d+)/g)].map(([, tries]) => Number(tries))
  })
  expect(await Promise.all(signing)).toEqual(Array.from({ length: 10 }, () => 'Verified OK'))
  expect(await Promise.all(asking)).toEqual(Array.from({ length: 10 }, () => [3, 5]))
})
