/** Writing and reading CRLs and snapshots of a million and ten million entries, next to SHA-256 over the same file in the same run. */
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY } from '../sim/core/clock.ts'
import { type Authority, issueCaCertificate, parseCertificate } from '../sim/pki/certificate.ts'
import { writeCrl } from '../sim/pki/crlIssue.ts'
import { readCrlStream } from '../sim/pki/crlStream.ts'
import { generateKeyPair, keySigner } from '../sim/pki/key.ts'
import { createLiveIndex, createStaging, readCrlIndex, snapshotParts } from '../sim/revocation/index.ts'
import { firstSerial, options, quickest, report, type Row, step, watched } from './revocationWorkload.ts'

const now = Date.UTC(2026, 3, 1)
const rows: Row[] = []
const folder = mkdtempSync(join(tmpdir(), 'bench-crl-'))

async function createCa(): Promise<Authority> {
  const keyPair = await generateKeyPair()
  const times = { notBefore: now - 365 * DAY, notAfter: now + 365 * DAY }
  const certificate = await issueCaCertificate({ kind: 'signature', keyPair, serialNumber: 1n, ...times })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}

const ca = await createCa()
const issuer = parseCertificate(ca.certificate)

const entries = (count: number) =>
  function* () {
    for (let i = 0; i < count; i++) {
      const serialNumber = (firstSerial + i * step).toString(16).toUpperCase().padStart(8, '0')
      yield { serialNumber, revocationDate: now - (i % 100_000) * 1000, reasonCode: i % 7 }
    }
  }

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
const bytesOf = (path: string) => createReadStream(path, { highWaterMark: 1024 ** 2 })

async function writeFile(path: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'w')
  for await (const part of parts) await file.write(part)
  await file.close()
}

function addWatched(
  what: string,
  count: number,
  seen: Awaited<ReturnType<typeof watched>>,
  calibration?: number,
): void {
  const { cpuMs, wallMs, stalls, longestMs, peakBytes } = seen
  const held = `${stalls} stalls > 50 ms, longest ${longestMs.toFixed(0)} ms, process of ${megabytes(peakBytes)}`
  rows.push({
    ...{ what, count, figure: `${(cpuMs / 1000).toFixed(2)} s, ${held}` },
    ...(calibration !== undefined && { ratio: cpuMs / calibration }),
    values: { cpuMs, wallMs, stalls, longestMs, peakBytes },
  })
}

async function measure(count: number): Promise<void> {
  const path = join(folder, 'list')
  const times = { thisUpdate: now, nextUpdate: now + DAY }
  const file = await open(path, 'w')
  const sink = async (part: Uint8Array) => void (await file.write(part))
  const written = await watched(() => writeCrl({ ca, ...times, crlNumber: 1, entries: entries(count) }, sink))
  await file.close()
  addWatched('crl write', count, written)

  const sizeBytes = statSync(path).size
  const hashing = async () => {
    const hash = createHash('sha256')
    for await (const chunk of bytesOf(path)) hash.update(chunk)
    return hash.digest()
  }
  const calibration = await quickest(4, hashing)
  const figure = `${(calibration / 1000).toFixed(2)} s, file of ${megabytes(sizeBytes)}`
  rows.push({ what: 'C: SHA-256 of the list', count, figure, values: { cpuMs: calibration, sizeBytes } })

  const reading = async () => {
    const staging = createStaging()
    const { signatureValid } = await readCrlStream(bytesOf(path), {
      issuer,
      sink: (bytes, from, to, seconds, reason) => staging.add(bytes, from, to, seconds, reason),
    })
    if (!signatureValid || staging.count !== count) throw new Error('the list was not read')
  }
  const indexing = async () => {
    const loaded = await readCrlIndex(bytesOf(path), { issuer, now })
    if (loaded.result === 'refused' || loaded.index.entryCount !== count) throw new Error('the list was not read')
  }
  const runs: [string, () => Promise<void>][] = [
    ['crl read: strict, signature, collected', reading],
    ['crl read and index built', indexing],
  ]
  for (const [what, run] of runs) {
    const best = [await watched(run), await watched(run), await watched(run)].sort((a, b) => a.cpuMs - b.cpuMs)[0]
    if (best) addWatched(what, count, best, calibration)
  }

  const snapshotPath = join(folder, 'snapshot')
  const request = { ca, kind: 'signature', number: 1, ...times, entries: entries(count) } as const
  addWatched('snapshot write', count, await watched(() => writeFile(snapshotPath, snapshotParts(request))))
  const snapshotBytes = statSync(snapshotPath).size
  const live = await createLiveIndex({ kind: 'signature', issuer, now: () => now, folder: join(folder, 'live') })
  const loading = await watched(async () => {
    const loaded = await live.load(bytesOf(snapshotPath))
    if (loaded.result === 'refused') throw new Error(loaded.reason)
  })
  addWatched(`snapshot load, ${megabytes(snapshotBytes)}, kept on disk`, count, loading)
  const deltaEntries = entries(count / 1000)
  const delta: Uint8Array[] = []
  for await (const part of snapshotParts({ ...request, number: 2, baseNumber: 1, entries: deltaEntries }))
    delta.push(part)
  const applying = await watched(async () => {
    const applied = await live.apply(delta)
    if (applied.result === 'refused') throw new Error(applied.reason)
  })
  addWatched('delta of a thousandth applied', count, applying)
  rmSync(join(folder, 'live'), { recursive: true })
}

try {
  await measure(1_000_000)
  await measure(10_000_000)
} finally {
  rmSync(folder, { recursive: true })
}
report(rows, { node: process.version, full: String(options.full) })
