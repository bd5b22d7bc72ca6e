/** Makes cards with keys and certificates, a run of numbers at a time: the work of one thread. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { createRandom } from '../core/random.ts'
import { createBulkIssuer } from '../pki/certificateTemplate.ts'
import { importPrivateKey, keySigner } from '../pki/key.ts'
import { p384KeyPair, p384SeedBytes } from '../pki/p384.ts'
import { createPrimePool, type PooledKey } from '../pki/primePool.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { planCard, type PlannedCertificate, type PlanRules } from './card.ts'
import { packCard, type Card, type Header } from './packedFile.ts'
import { residentOf, type Resident, type Town } from './resident.ts'

/** A CA of one generation; both texts are base64, certificate DER and PKCS#8. */
export type IssuingAuthority = {
  kind: CertificateKind
  generation: number
  certificate: string
  privateKey: string
  notBefore: number
  notAfter: number
}

/** All that a thread must know; plain data. */
export type IssueOrder = {
  rules: PlanRules
  towns: readonly Town[]
  authorities: readonly IssuingAuthority[]
  /** Of the pool that pooled keys come from. */
  primes: readonly bigint[]
} & Pick<Header, 'keys' | 'keyAlgorithm'>

/** `keyMs`: CPU time that making the keys took. */
export type Batch = {
  bytes: Uint8Array<ArrayBuffer>
  cards: number
  certificates: number
  revoked: number
  keyMs: number
}

const encodings = {
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  publicKeyEncoding: { type: 'spki', format: 'der' },
} as const

/** Made as real ones are: about 15 RSA keys a second on one CPU. */
const newKey = (keyAlgorithm: Header['keyAlgorithm']): PooledKey =>
  keyAlgorithm === 'p-384'
    ? generateKeyPairSync('ec', { namedCurve: 'secp384r1', ...encodings })
    : generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537, ...encodings })

/** Always the same for this population and number. */
const seededKey = (seed: string, number: number): PooledKey => {
  const { privateKey, publicKey } = p384KeyPair(createRandom(`card key/${seed}/${number}`).bytes(p384SeedBytes))
  return {
    privateKey: privateKey.export(encodings.privateKeyEncoding),
    publicKey: publicKey.export(encodings.publicKeyEncoding),
  }
}

/** Every card has two numbers in the pool, whether or not it needs both. */
const keyNumber = (resident: number, kind: CertificateKind) => 2 * (resident - 1) + (kind === 'signature' ? 1 : 0)
export const keysFor = (cards: number) => 2 * cards

const issuerKey = (kind: CertificateKind, generation: number) => `${kind} ${generation}`

/** CPU time of this thread. */
const cpuMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

export const createIssue = ({ rules, towns, authorities, primes, keys, keyAlgorithm }: IssueOrder) => {
  const pool = keys === 'pooled' ? createPrimePool(primes) : undefined
  const issuers = new Map(
    authorities.map(({ kind, generation, certificate, privateKey }) => [
      issuerKey(kind, generation),
      createBulkIssuer({
        certificate: new Uint8Array(Buffer.from(certificate, 'base64')),
        signer: keySigner(importPrivateKey(privateKey)),
      }),
    ]),
  )
  let keyMs = 0

  const keyOf = (resident: number, kind: CertificateKind): PooledKey => {
    const before = cpuMs()
    const number = keyNumber(resident, kind)
    const key = pool?.key(number) ?? (keys === 'seeded' ? seededKey(rules.seed, number) : newKey(keyAlgorithm))
    keyMs += cpuMs() - before
    return key
  }

  const certify = async (
    planned: PlannedCertificate,
    { resident, generation }: { resident: Resident; generation: number },
  ) => {
    const { kind, serialNumber, number, notBefore, notAfter } = planned
    const issue = issuers.get(issuerKey(kind, generation))
    if (issue === undefined) throw new Error(`there is no ${kind} authority of generation ${generation}`)
    const key = keyOf(resident.number, kind)
    const certificate = await issue({
      kind,
      serialNumber: BigInt(`0x${serialNumber}`),
      publicKey: Buffer.from(key.publicKey).toString('base64'),
      notBefore,
      notAfter,
      municipality: resident.town.municipality,
      subjectSequence: number,
      ...(kind === 'signature' && { basicFour: resident.basicFour }),
    })
    return { ...planned, certificate, privateKey: key.privateKey }
  }

  const makeCard = async (number: number): Promise<Card> => {
    const resident = residentOf({ seed: rules.seed, number, towns, at: rules.until })
    const plan = planCard(rules, resident)
    const certificates = []
    for (const planned of plan.certificates)
      certificates.push(await certify(planned, { resident, generation: plan.generation }))
    return { ...plan, certificates }
  }

  /** The cards from number `from` up to and without `to`, packed one after the other. */
  return async (from: number, to: number): Promise<Batch> => {
    keyMs = 0
    const packed: Uint8Array[] = []
    let certificates = 0
    let revoked = 0
    for (let number = from; number < to; number++) {
      const card = await makeCard(number)
      certificates += card.certificates.length
      revoked += card.certificates.filter((one) => one.revoked !== undefined).length
      packed.push(packCard(card))
    }
    return { bytes: new Uint8Array(Buffer.concat(packed)), cards: to - from, certificates, revoked, keyMs }
  }
}

/** Bare RSA signatures with an authority's key over as many bytes as a certificate has: the limit that issuing is held against. */
export const signBare = ({ authorities }: IssueOrder, count: number) => {
  const [authority] = authorities
  if (authority === undefined) throw new Error('there is no authority')
  const key = importPrivateKey(authority.privateKey)
  const data = new Uint8Array(1000)
  for (let i = 0; i < count; i++) sign('sha256', data, key)
}
