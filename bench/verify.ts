/** What checking costs: certificates never seen before, lists and answers, next to a bare RSA verification in the same run. */
import { verify } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type Authority, issueResidentCertificate, parseCertificate } from '../sim/pki/certificate.ts'
import { trustAnchors, validateCertificate } from '../sim/pki/chain.ts'
import { checkCrl, parseCrl, statusByCrl } from '../sim/pki/crl.ts'
import { issueCrl } from '../sim/pki/crlIssue.ts'
import { exportPublicKey, generateKeyPair } from '../sim/pki/key.ts'
import { certIdOf, checkOcspResponse, createOcspResponse, parseOcspResponse } from '../sim/pki/ocsp.ts'
import { readCertificate } from '../sim/pki/parsedCertificate.ts'
import { validatePath } from '../sim/pki/path/validate.ts'
import { type CertificateKind, crlDistributionPoint } from '../sim/pki/profile.ts'
import { createAuthority, createOcspSigner, day, hanako, kiyose, now } from '../sim/pki/testHierarchy.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1500' }, rounds: { type: 'string', default: '15' } },
})
const count = Number(values.count)
const rounds = Number(values.rounds)

const keyPair = await generateKeyPair()

/** Certificates that differ in number and name; the key is the same, which no check profits from. */
const issue = (kind: CertificateKind, ca: Authority) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      issueResidentCertificate({
        ca,
        publicKey: exportPublicKey(keyPair.publicKey),
        serialNumber: BigInt(0x01000000 + index),
        municipality: kiyose,
        notBefore: now - 30 * day,
        notAfter: now + 1000 * day,
        subjectSequence: index,
        ...(kind === 'signature' ? { kind, basicFour: hanako } : { kind: 'authentication' }),
      }),
    ),
  )

const kinds = ['authentication', 'signature'] as const
const authorities = await Promise.all(kinds.map((kind) => createAuthority(kind)))
const [authenticationCa, signatureCa] = authorities
if (!authenticationCa || !signatureCa) throw new Error('no authorities')
const anchors = trustAnchors(kinds.map((kind, i) => ({ kind, der: authorities[i]?.certificate ?? new Uint8Array() })))
const issued = {
  authentication: await issue('authentication', authenticationCa),
  signature: await issue('signature', signatureCa),
}

const issuer = parseCertificate(authenticationCa.certificate)
const parsed = issued.authentication.map((der) => parseCertificate(der))
const certificate = parsed[0] ?? issuer
const entries = Array.from({ length: 1000 }, (_, index) => ({
  serialNumber: (0x20000000 + index).toString(16).toUpperCase(),
  revocationDate: now - day,
  reasonCode: 4,
}))
const crl = parseCrl(
  await issueCrl({
    ca: authenticationCa,
    thisUpdate: now - 1000,
    nextUpdate: now + day,
    crlNumber: 1,
    entries,
    distributionPoint: crlDistributionPoint('authentication', kiyose),
  }),
)
const ocsp = await createOcspResponse({
  responder: await createOcspSigner('authentication', authenticationCa),
  producedAt: now,
  responses: [
    {
      certId: certIdOf(issuer, certificate.serialNumber),
      status: { certStatus: 'good' },
      thisUpdate: now,
      nextUpdate: now + day,
    },
  ],
})
const generalAnchor = readCertificate(authenticationCa.certificate)

const must = (holds: boolean) => {
  if (!holds) throw new Error('a check failed: the figures would mean nothing')
}

const validate = (kind: CertificateKind) => (der: Uint8Array) =>
  must(validateCertificate(parseCertificate(der), { kind, anchors, now }).result === 'ok')

const { signature, tbs } = certificate
const works: Record<string, { each: readonly Uint8Array[]; work: (der: Uint8Array) => void }> = {
  'RSA-2048 verify (the limit)': {
    each: issued.authentication,
    work: () => must(verify('sha256', tbs, issuer.publicKey, signature)),
  },
  'parse, authentication': { each: issued.authentication, work: (der) => void parseCertificate(der) },
  'parse, signature': { each: issued.signature, work: (der) => void parseCertificate(der) },
  'parse and validate, authentication': { each: issued.authentication, work: validate('authentication') },
  'parse and validate, signature': { each: issued.signature, work: validate('signature') },
  'any path: read and validatePath': {
    each: issued.authentication,
    work: (der) => must(validatePath({ leaf: readCertificate(der), anchors: [generalAnchor], now }).result === 'ok'),
  },
  'list: check its signature and look up': {
    each: issued.authentication,
    work: () => {
      must(checkCrl(crl, { issuer, certificate, now }).result === 'ok')
      must(statusByCrl(crl, certificate.serialNumber).certStatus === 'good')
    },
  },
  'list: look up in one checked before': {
    each: issued.authentication,
    work: () => must(statusByCrl(crl, certificate.serialNumber).certStatus === 'good'),
  },
  'answer: parse and check (delegate: two signatures)': {
    each: issued.authentication,
    work: () => must('certStatus' in checkOcspResponse(parseOcspResponse(ocsp), { issuer, certificate, now })),
  },
}

const spentMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Rounds are taken in turns, so that a slow moment of the machine strikes all alike; processor time, because neighbours share the cores. */
const rates = new Map<string, number[]>()
for (let round = 0; round < 2 * rounds; round++)
  for (const [name, { each, work }] of Object.entries(works)) {
    const startedAt = spentMs()
    for (const der of each) work(der)
    const rate = (each.length * 1000) / (spentMs() - startedAt)
    // The first half only warms up: Node compiles in the background, which counts as processor time too.
    if (round >= rounds) rates.set(name, [...(rates.get(name) ?? []), rate])
  }

const median = (of: readonly number[]) => of.toSorted((a, b) => a - b)[of.length >> 1] ?? 0
const limit = median(rates.get('RSA-2048 verify (the limit)') ?? [])
for (const [name, found] of rates) {
  const rate = median(found)
  console.log(
    `${name.padEnd(52)} ${Math.round(rate).toString().padStart(9)}/s  ${(rate / limit).toFixed(2)} of the limit`,
  )
}
