/** Certificates written from templates: the same bytes as from the ordinary writer, whatever is asked for. */
import { beforeAll, expect, test } from 'vitest'
import { createRandom } from '../core/random.ts'
import { issueResidentCertificate, parseCertificate, type Authority } from './certificate.ts'
import { createBulkIssuer, type BulkRequest } from './certificateTemplate.ts'
import { exportPublicKey, generateKeyPair } from './key.ts'
import { p384KeyPair, p384SeedBytes } from './p384.ts'
import { createPrimePool, makePrimes } from './primePool.ts'
import { createAuthority, hanako, kiyose, mitaka, now } from './testHierarchy.ts'

let authorities: Record<'signature' | 'authentication', Authority>
let keys: string[]

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

beforeAll(async () => {
  authorities = {
    signature: await createAuthority('signature'),
    authentication: await createAuthority('authentication'),
  }
  const pool = createPrimePool(await makePrimes(6), 6)
  const onCurve = [1, 2].map((fill) => p384KeyPair(new Uint8Array(p384SeedBytes).fill(fill)).publicKey)
  keys = [
    ...Array.from({ length: 6 }, (_, number) => text(pool.key(number).publicKey)),
    ...onCurve.map(exportPublicKey),
  ]
})

/** Any request a municipality could send, and some that only a strange one would. */
const anyRequest = (number: number): BulkRequest => {
  const random = createRandom(`template ${number}`)
  const notBefore = now - random.int(2 ** 31) * 1000
  const letters = '見本花子髙﨑\u{20bb7}一二三ABC　葛󠄀'
  const some = (least: number, most: number) =>
    Array.from({ length: least + random.int(most - least + 1) }, () => random.pick([...letters])).join('')
  const basicFour = {
    name: some(1, 30),
    dateOfBirth: `${1880 + random.int(146)}-${random.pick(['00', '02', '12'])}-${random.pick(['00', '01', '28'])}`,
    sex: random.pick(['male', 'female', 'unknown'] as const),
    address: some(0, 120),
  }
  return {
    kind: random.chance(0.5) ? 'signature' : 'authentication',
    serialNumber: 1n + BigInt(`0x${Buffer.from(random.bytes(1 + random.int(19))).toString('hex')}`),
    publicKey: random.pick(keys),
    notBefore,
    notAfter: notBefore + random.int(2 ** 31) * 1000,
    municipality: random.pick([kiyose, mitaka]),
    subjectSequence: random.int(10_000_000),
    basicFour,
    ...(random.chance(0.2) && { policyArc: 'jpki' as const }),
    ...(random.chance(0.2) && { medium: 'smartphone' as const }),
    ...(random.chance(0.2) && { ocspUrl: 'http://127.0.0.1:4000/ocsp' }),
  }
}

/** One byte of the key is another: the modulus becomes even, or the point leaves the curve. */
const spoilt = (publicKey: string, at = 288) => {
  const bytes = Buffer.from(publicKey, 'base64')
  bytes[at] = ((bytes[at] ?? 0) & 0xfe) ^ 2
  return text(bytes)
}

const fitting = ({ basicFour, ...rest }: BulkRequest): BulkRequest =>
  rest.kind === 'signature' && basicFour ? { ...rest, basicFour } : rest

test('three hundred certificates of all sorts are byte for byte those of the ordinary writer', async () => {
  const bulk = {
    signature: createBulkIssuer(authorities.signature),
    authentication: createBulkIssuer(authorities.authentication),
  }
  for (let number = 0; number < 300; number++) {
    const request = fitting(anyRequest(number))
    const made = await bulk[request.kind](request)
    const ordinary = await issueResidentCertificate({ ...request, ca: authorities[request.kind] })
    expect(text(made), `request ${number}`).toBe(text(ordinary))
  }
})

test('keys and people out of the ordinary get the certificate of the ordinary writer', async () => {
  const { publicKey } = await generateKeyPair('p-256')
  const request = {
    ...anyRequest(1),
    kind: 'signature' as const,
    publicKey: exportPublicKey(publicKey),
    basicFour: { ...hanako, nameSubstitutes: '01000', addressSubstitutes: '0'.repeat([...hanako.address].length) },
  }
  const made = parseCertificate(await createBulkIssuer(authorities.signature)(request))
  expect(made.basicFour).toEqual(request.basicFour)
  expect(made.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
})

test('refuses what the ordinary writer refuses, also once it has a template', async () => {
  const issue = createBulkIssuer(authorities.signature)
  const good: BulkRequest = { ...anyRequest(1), kind: 'signature', basicFour: hanako }
  await issue(good)
  const { basicFour, ...withoutPerson } = good
  const bad: [BulkRequest, string][] = [
    [withoutPerson, 'the basic four belong into signature certificates only'],
    [{ ...good, kind: 'authentication', basicFour: hanako }, 'the basic four belong into signature certificates only'],
    [{ ...good, serialNumber: 0n }, 'serial number out of range'],
    [{ ...good, serialNumber: 1n << 159n }, 'serial number out of range'],
    [{ ...good, notAfter: good.notBefore - 1000 }, 'validity ends before it starts'],
    [{ ...good, basicFour: { ...hanako, dateOfBirth: '1990-2-17' } }, 'date of birth must be YYYY-MM-DD'],
    [{ ...good, basicFour: { ...hanako, name: '' } }, 'name is empty'],
    [{ ...good, basicFour: { ...hanako, address: '見'.repeat(201) } }, 'address is too long'],
    [{ ...good, publicKey: spoilt(keys[0] ?? '') }, 'bad modulus'],
    [{ ...good, publicKey: spoilt(keys[6] ?? '', 119) }, 'public key'],
  ]
  for (const [request, reason] of bad) await expect(issue(request)).rejects.toThrow(reason)
})
