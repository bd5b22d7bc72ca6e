/** Wrong PINs count down to a locked one as every PKCS#11 application sees it, and the municipality opens it again. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import { opensslVerifies, pkcs11Tool, signWithCard, tokenFlags, tokens } from './pkcs11.ts'
import { run } from './programs.ts'
import { insert, type Inserted } from './reader.ts'
import { atCounter, issuedFor } from './testbed.ts'

const testbed = inject('testbed')
/** He has forgotten his PIN. */
const person = 'ichiro'
const { authenticationPin = '', signaturePassword = '' } = personOf(person).card ?? {}
const message = Buffer.from('PIN')
let card: Inserted

beforeAll(async () => {
  card = await insert(testbed, person)
})
afterAll(() => card.eject())

const logIn = async (kind: keyof typeof tokens, pin: string) => {
  const { status, output } = await pkcs11Tool([
    '--token-label',
    tokens[kind].label,
    '--login',
    '--pin',
    pin,
    '--list-objects',
  ])
  return { status, code: /CKR_[A-Z_]+/.exec(output)?.[0] }
}

const triesLeft = async () => {
  const { output } = await run('pkcs15-tool', ['--list-pins'])
  return [...output.matchAll(/Tries left\s*:\s*(\d+)/g)].map(([, tries]) => Number(tries))
}

/** What a token says of its PIN's tries. */
const warning = async (kind: keyof typeof tokens) =>
  (await tokenFlags(kind)).filter((flag) => /PIN (count low|try|locked)/.test(flag))

test('a PIN never tried wrongly gives no warning', async () => {
  expect(await warning('authentication')).toEqual([])
})

test('three wrong PINs are seen as low, final and locked; then the right one is refused too', async () => {
  const seen = []
  for (const left of [2, 1, 0]) {
    const { code } = await logIn('authentication', '9999')
    seen.push([code, ...(await warning('authentication'))])
    expect(await triesLeft()).toEqual([left, 5])
  }
  expect(seen).toEqual([
    ['CKR_PIN_INCORRECT', 'user PIN count low'],
    ['CKR_PIN_INCORRECT', 'final user PIN try'],
    ['CKR_PIN_INCORRECT', 'user PIN locked'],
  ])
  expect((await logIn('authentication', authenticationPin)).status).not.toBe(0)
  expect(await triesLeft()).toEqual([0, 5])
})

test('the other PIN is not affected: the signature key still signs', async () => {
  const signed = await signWithCard(message, { kind: 'signature', pin: signaturePassword })
  const { certificate } = await issuedFor(testbed, person, 'signature')
  expect(await opensslVerifies(certificate.toString(), signed)).toBe('Verified OK')
  expect(await warning('signature')).toEqual([])
})

test('pulling the card out and putting it in again opens nothing', async () => {
  await card.eject()
  card = await insert(testbed, person)
  expect(await warning('authentication')).toEqual(['user PIN locked'])
})

test('the municipality sets a new PIN, and the card works again, with the new PIN only', async () => {
  await atCounter(testbed, person, 'unblocks', { pin: 'authentication', value: '2580' })
  expect(await triesLeft()).toEqual([3, 5])
  expect((await logIn('authentication', authenticationPin)).code).toBe('CKR_PIN_INCORRECT')
  const signed = await signWithCard(message, { kind: 'authentication', pin: '2580' })
  const { certificate } = await issuedFor(testbed, person, 'authentication')
  expect(await opensslVerifies(certificate.toString(), signed)).toBe('Verified OK')
  expect(await triesLeft()).toEqual([3, 5])
})

test('the signature password locks after five wrong ones, and the authentication key still signs', async () => {
  const left = []
  for (let attempt = 0; attempt < 5; attempt++) {
    await logIn('signature', 'CHIGAU1')
    left.push((await triesLeft())[1])
  }
  expect(left).toEqual([4, 3, 2, 1, 0])
  expect(await warning('signature')).toEqual(['user PIN locked'])
  expect((await logIn('signature', signaturePassword)).status).not.toBe(0)
  expect((await signWithCard(message, { kind: 'authentication', pin: '2580' })).status).toBe(0)
  await atCounter(testbed, person, 'unblocks', { pin: 'signature', value: signaturePassword })
  expect((await signWithCard(message, { kind: 'signature', pin: signaturePassword })).status).toBe(0)
})
