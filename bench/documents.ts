/** What a signed document costs to verify, and its evidence to keep and to check, next to an RSA verification and to others in the same run. */
import { spawnSync } from 'node:child_process'
import { verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ContentInfo, SignedData } from 'pkijs'
import { parseCertificate } from '../sim/pki/certificate.ts'
import { validateCertificate } from '../sim/pki/chain.ts'
import { signDocument, verifySignedDocument } from '../sim/pki/cms.ts'
import { checkCrl, parseCrl, statusByCrl } from '../sim/pki/crl.ts'
import { checkWhenSigned } from '../sim/pki/evidenceCheck.ts'
import { generateKeyPair, keySigner } from '../sim/pki/key.ts'
import { createEvidenceBench } from '../sim/pki/testEvidence.ts'
import { day, issueSignature, now } from '../sim/pki/testHierarchy.ts'

const { values } = parseArgs({ options: { json: { type: 'string' }, seconds: { type: 'string', default: '1' } } })
const cpuSeconds = Number(values.seconds)

/** Operations per CPU-second of this process. */
async function rate(operation: (round: number) => unknown): Promise<number> {
  for (let round = 0; round < 20; round++) await operation(round)
  const start = process.cpuUsage()
  for (let count = 0; ; count++) {
    await operation(count)
    const { user, system } = process.cpuUsage(start)
    if (user + system > cpuSeconds * 1e6) return (count + 1) / ((user + system) / 1e6)
  }
}

const must = (isRight: boolean) => {
  if (!isRight) throw new Error('a measured operation went wrong')
}

const bench = await createEvidenceBench()
const { anchors, tsaAnchors, issuer, keyPair } = bench
const document = new Uint8Array(3000).fill(0x41)
const signer = keySigner(keyPair.privateKey)
const signed = (certificate: Uint8Array) => signDocument({ document, signer, certificate, signingTime: now })

/** Documents of different certificates: none is met twice in a row, as nothing here remembers one. */
const documents = await Promise.all(
  Array.from({ length: 200 }, async (_, index) =>
    signed(await issueSignature({ ca: bench.ca, keyPair, serialNumber: BigInt(0x1000 + index) })),
  ),
)
const at = (round: number) => documents[round % documents.length] ?? document
const known = parseCertificate(bench.certificate)
const knownDocument = await signed(bench.certificate)
const crl = parseCrl((await bench.list()).der)
must(checkCrl(crl, { issuer, certificate: known, now }).result === 'ok')
const signature = await signer.sign(document)

const theirs = async (der: Uint8Array) => {
  const { content } = ContentInfo.fromBER(new Uint8Array(der))
  return new SignedData({ schema: content }).verify({ signer: 0, checkChain: false })
}

const p384 = await generateKeyPair('p-384')
const ecdsa = await signDocument({
  ...{ document, signer: keySigner(p384.privateKey), signingTime: now },
  certificate: await issueSignature({ ca: bench.ca, keyPair: p384 }),
})
const answer = await bench.answer()
const kept = await bench.keep(knownDocument, [answer])

const limit = await rate(() => must(verify('sha256', document, keyPair.publicKey, signature)))
const rates: Record<string, number> = {
  'RSA-2048 verify (limit)': limit,
  'CMS of 3 kB, new certificate': await rate((round) => must(verifySignedDocument(at(round)).result === 'ok')),
  'the same with chain and revocation': await rate((round) => {
    const found = verifySignedDocument(at(round))
    if (found.result !== 'ok') throw new Error(found.reason)
    must(validateCertificate(found.certificate, { kind: 'signature', anchors, now }).result === 'ok')
    must(statusByCrl(crl, found.certificate.serialNumber).certStatus === 'good')
  }),
  'CMS of 3 kB, remembered certificate': await rate(() =>
    must(verifySignedDocument(knownDocument, { read: () => known }).result === 'ok'),
  ),
  'CMS of 3 kB, ECDSA P-384': await rate(() => must(verifySignedDocument(ecdsa).result === 'ok')),
  'pkijs, parse and verify': await rate(async (round) => must(await theirs(at(round)))),
  'evidence checked': await rate(() =>
    must(checkWhenSigned(kept, { anchors, tsaAnchors, now: now + 3000 * day }).outcome === 'valid'),
  ),
  'evidence made (P-256 time-stamps)': await rate(() => bench.keep(knownDocument, [answer])),
}

/** `openssl cms -verify`, a process for each document, by the clock on the wall. */
const opensslRate = (): number | undefined => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-documents-'))
  try {
    writeFileSync(join(folder, 'signed.der'), knownDocument)
    const pem = Buffer.from(bench.ca.certificate).toString('base64').replace(/.{64}/g, '$&\n')
    writeFileSync(join(folder, 'ca.pem'), `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`)
    const files = ['-in', 'signed.der', '-CAfile', 'ca.pem', '-out', 'content', '-attime', String(now / 1000)]
    const args = ['cms', '-verify', '-binary', '-inform', 'DER', '-purpose', 'any', ...files]
    if (spawnSync('openssl', args, { cwd: folder }).error !== undefined) return undefined
    const start = performance.now()
    const runs = 50
    for (let run = 0; run < runs; run++) must(spawnSync('openssl', args, { cwd: folder }).status === 0)
    return runs / ((performance.now() - start) / 1000)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
const opensslPerSecond = opensslRate()
if (opensslPerSecond !== undefined) rates['openssl cms -verify, a process each'] = opensslPerSecond

const rows = Object.entries(rates).map(([what, perSecond]) => ({
  what,
  perSecond: Math.round(perSecond),
  ofLimit: Number((perSecond / limit).toFixed(4)),
}))
console.table(rows)
console.log(`evidence adds ${kept.length - knownDocument.length} bytes to a document`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
