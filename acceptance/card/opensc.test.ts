/** OpenSC, unmodified, takes the card for a JPKI card and reads on it what the certification authority issued. */
import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { run, start, until } from './programs.ts'
import { insert, readers, type Inserted } from './reader.ts'
import { personOf } from '../../scenarios/people.ts'
import { call, issuedFor, tokenOf } from './testbed.ts'

const testbed = inject('testbed')
const person = 'taro'
const password = personOf(person).card?.signaturePassword ?? ''
let card: Inserted

beforeAll(async () => {
  card = await insert(testbed, person)
})
afterAll(() => card.eject())

const pkcs15 = (...args: string[]) => run('pkcs15-tool', args)

/** A certificate by its number in OpenSC's list (pkcs15-jpki.c): 1 authentication, 2 signature, 3 and 4 their authorities. */
const read = async (id: string, ...more: string[]) => {
  const { output } = await pkcs15('--read-certificate', id, ...more)
  const [pem] = /-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----/.exec(output) ?? []
  return { output, certificate: pem === undefined ? undefined : new X509Certificate(pem) }
}

test('the card is known by its ATR and its driver is jpki', async () => {
  expect(String((await run('opensc-tool', ['--atr'])).stdout).trim()).toBe('3b:e0:00:ff:81:31:fe:45:14')
  expect(String((await run('opensc-tool', ['--name'])).stdout).trim()).toBe('jpki')
})

test('the driver jpki is found among all drivers, none being forced', async () => {
  const { output } = await run('opensc-tool', ['--name', '--verbose', '--verbose', '--verbose'])
  expect(output).toContain('matched: JPKI')
})

test('the dump names the token, two PINs, two keys and four certificates', async () => {
  const { status, output } = await pkcs15('--dump')
  expect(status).toBe(0)
  expect(output).toContain('PKCS#15 Card [JPKI]')
  const named = [...output.matchAll(/^(PIN|Private RSA Key|X\.509 Certificate) \[(.+)\]$/gm)].map(
    ([, what, name]) => `${what}: ${name}`,
  )
  expect(named.toSorted()).toEqual([
    'PIN: Digital Signature PIN',
    'PIN: User Authentication PIN',
    'Private RSA Key: Digital Signature Key',
    'Private RSA Key: User Authentication Key',
    'X.509 Certificate: Digital Signature Certificate',
    'X.509 Certificate: Digital Signature Certificate CA',
    'X.509 Certificate: User Authentication Certificate',
    'X.509 Certificate: User Authentication Certificate CA',
  ])
})

test('both PINs have all their tries: three and five', async () => {
  const { output } = await pkcs15('--list-pins')
  expect([...output.matchAll(/Tries left\s*:\s*(\d+)/g)].map(([, tries]) => Number(tries))).toEqual([3, 5])
})

test.each([
  ['authentication', '1', '3'],
  ['signature', '2', '4'],
] as const)(
  'the %s certificate and its authority’s are, byte for byte, what the authority issued',
  async (kind, id, caId) => {
    const issued = await issuedFor(testbed, person, kind)
    const proof = kind === 'signature' ? ['--verify-pin', '--auth-id', '2', '--pin', password] : []
    expect((await read(id, ...proof)).certificate?.raw.toString('hex')).toBe(issued.certificate.raw.toString('hex'))
    expect((await read(caId)).certificate?.raw.toString('hex')).toBe(issued.ca.raw.toString('hex'))
  },
)

test('the authority knows both certificates under their serial numbers as good', async () => {
  const town = personOf(person).municipality
  const token = await tokenOf(testbed, town, 'ca')
  for (const kind of ['authentication', 'signature'] as const) {
    const { serialNumber } = (await issuedFor(testbed, person, kind)).certificate
    const { body } = await call(`${testbed.url}/ca/certificates/${kind}/${serialNumber}`, { token })
    expect(body).toMatchObject({ serialNumber, kind, medium: 'card', certStatus: 'good' })
  }
})

test('without the password the signature certificate, with name and address, is not given out', async () => {
  const { output, certificate } = await read('2')
  expect(certificate).toBeUndefined()
  expect(output).toContain('Certificate read failed')
})

/** What the card answers to these APDUs, sent one after the other: the last status word. */
const send = async (...apdus: string[]) => {
  const { output } = await run(
    'opensc-tool',
    apdus.flatMap((apdu) => ['--send-apdu', apdu]),
  )
  return [...output.matchAll(/SW1=0x([0-9A-F]{2}), SW2=0x([0-9A-F]{2})/g)].map(
    ([, first, second]) => `${first}${second}`,
  )
}

const selectJpki = '00A4040C0AD392F000260100000001'
const selectKey = '00A4020C020017'
const digestInfo = `3031300D060960864801650304020105000420${'00'.repeat(32)}`

const selectPin = '00A4020C020018'
const verifyPin = `0020008004${Buffer.from(personOf(person).card?.authenticationPin ?? '').toString('hex')}`

test('a PIN serves the process that entered it; the next one signs nothing without it, and there is no other application', async () => {
  const sign = [selectKey, `802A008033${digestInfo}00`]
  expect(await send(selectJpki, selectPin, verifyPin, ...sign)).toEqual(Array.from({ length: 5 }, () => '9000'))
  expect(await send(selectJpki, ...sign)).toEqual(['9000', '9000', '6982'])
  expect(await send('00A4040C0AD392F000260100000002')).toEqual(['6A82'])
})

test('removal and insertion are seen as they happen', async () => {
  const watching = start('pcsc_scan', ['-n'])
  const seen = () =>
    [...watching.output().matchAll(/Reader 0:[^]*?Card state: Card (inserted|removed)/g)].map(([, state]) => state)
  try {
    await until('the card to be seen', () => seen().at(-1) === 'inserted')
    expect(await card.eject()).toBe(0)
    await until('its removal to be seen', () => seen().at(-1) === 'removed')
    expect((await readers())[0]?.card).toBe(false)
    expect((await run('opensc-tool', ['--atr'])).status).not.toBe(0)
    card = await insert(testbed, person)
    await until('the card to be seen again', () => seen().at(-1) === 'inserted')
  } finally {
    await watching.end()
  }
})

test('the card of a child under 15 has no signature certificate and no password to try', async () => {
  await card.eject()
  card = await insert(testbed, 'kodomo')
  const { certificate } = await issuedFor(testbed, 'kodomo', 'authentication')
  expect((await read('1')).certificate?.raw.toString('hex')).toBe(certificate.raw.toString('hex'))
  expect((await read('2')).certificate).toBeUndefined()
  const { output } = await pkcs15('--list-pins')
  expect([...output.matchAll(/Tries left\s*:\s*(\d+)/g)].map(([, tries]) => Number(tries))).toEqual([3, 0])
})
