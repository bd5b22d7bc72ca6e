/** The revocation index at growing size: memory, questions a second and the change-check sweep, next to a bare bitmap in the same run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import {
  buildIndex,
  createStaging,
  openStoredList,
  type RevocationIndex,
  type StoredBatch,
  sweep,
  writeStoredList,
} from '../sim/revocation/index.ts'
import {
  drawn,
  firstSerial,
  cpuMilliseconds,
  options,
  quickest,
  report,
  type Row,
  sideBySide,
  step,
} from './revocationWorkload.ts'

const rows: Row[] = []
const add = (row: Row) => rows.push(row)
const perSecond = (count: number, ms: number) => (count / ms) * 1000
const millions = (rate: number) => `${(rate / 1e6).toFixed(1)} M/s`

const seconds = Date.UTC(2026, 3, 1) / 1000 - Date.UTC(1950, 0, 1) / 1000
const questions = 500_000
/** Enough for one of them to find the machine at rest. */
const runs = 12

type Form = 'dense' | 'exact' | 'hashed'
const widths = { dense: 4, exact: 8, hashed: 16 } as const

/** The serial number of the nth certificate, written into `bytes`. Those of the sparse forms are a number spread by a multiplier. */
function writeSerial(form: Form, n: number, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer)
  if (form === 'dense') return view.setUint32(0, firstSerial + n)
  const spread = (Math.imul(n + 1, 0x9e3779b1) >>> 0) | 0
  view.setUint32(0, (spread >>> 1) | 0x40000000)
  view.setUint32(bytes.length - 4, n)
}

async function build(form: Form, count: number) {
  const staging = createStaging()
  const bytes = new Uint8Array(widths[form])
  const stageMs = await cpuMilliseconds(() => {
    for (let i = 0; i < count; i++) {
      writeSerial(form, i * step, bytes)
      staging.add(bytes, 0, bytes.length, seconds - (i % 100_000_000), i % 7)
    }
  })
  let index: RevocationIndex | undefined
  const buildMs = await cpuMilliseconds(async () => (index = await buildIndex(staging)))
  if (!index) throw new Error('no index')
  return { index, stageMs, buildMs }
}

/** C: one bit of a bitmap over the same serial numbers for each question; nothing that must look at memory can do with less. */
function bitmap(count: number) {
  const words = new Uint32Array(Math.ceil((count * step) / 32))
  for (let at = 0; at < count * step; at += step) words[at >>> 5] = (words[at >>> 5] ?? 0) | (1 << (at & 31))
  return words
}

function probe(words: Uint32Array, asked: Uint32Array): number {
  let hits = 0
  for (let i = 0; i < asked.length; i++) {
    const at = asked[i] ?? 0
    hits += ((words[at >>> 5] ?? 0) >>> (at & 31)) & 1
  }
  return hits
}

function mustBe(hits: number, expected: number): void {
  if (hits !== expected) throw new Error(`${hits} hits, ${expected} expected`)
}

/** As many questions, of which one in a hundred is about a revoked certificate: what a platform is asked. */
const mostlyGood = (count: number) =>
  drawn(questions, count).map((place, i) => place * step + (i % 100 === 0 ? 0 : 1 + (i % (step - 1))))

async function measureDense(count: number, index: RevocationIndex): Promise<void> {
  await measureMostlyGood(count, index)
  const asked = drawn(questions, count * step)
  const words = bitmap(count)
  const expected = probe(words, asked)
  const calibration = await quickest(runs, () => mustBe(probe(words, asked), expected))
  add({
    ...{ what: 'C: bitmap probe', count, figure: millions(perSecond(questions, calibration)) },
    values: { perSecond: perSecond(questions, calibration), bytesPerEntry: words.byteLength / count },
  })
  const bytes = new Uint8Array(4)
  const view = new DataView(bytes.buffer)
  // A loop for each way, so that the engine may treat each as a server's loop would be treated.
  const ways: [string, () => number][] = [
    [
      'find, 20 % revoked',
      () => {
        let hits = 0
        for (let i = 0; i < questions; i++) if (index.find(0, firstSerial + (asked[i] ?? 0)) >= 0) hits++
        return hits
      },
    ],
    [
      'find, 20 % revoked, date and reason',
      () => {
        let hits = 0
        for (let i = 0; i < questions; i++) {
          const entry = index.find(0, firstSerial + (asked[i] ?? 0))
          if (entry >= 0 && index.revocationDateAt(entry) + index.reasonCodeAt(entry) > 0) hits++
        }
        return hits
      },
    ],
    [
      'findBytes, dense form, 20 % revoked',
      () => {
        let hits = 0
        for (let i = 0; i < questions; i++) {
          view.setUint32(0, firstSerial + (asked[i] ?? 0))
          if (index.findBytes(bytes, 0, 4) >= 0) hits++
        }
        return hits
      },
    ],
  ]
  for (const [what, ask] of ways) {
    const { ms, calibration } = await sideBySide(
      runs,
      () => mustBe(probe(words, asked), expected),
      () => mustBe(ask(), expected),
    )
    const values = { perSecond: perSecond(questions, ms) }
    add({ what, count, figure: millions(values.perSecond), ratio: ms / calibration, values })
  }
  const texts = Array.from(asked.subarray(0, 200_000), (at) =>
    (firstSerial + at).toString(16).toUpperCase().padStart(8, '0'),
  )
  const textMs = await quickest(runs, () => void texts.forEach((text) => index.lookup(text)))
  const values = { perSecond: perSecond(texts.length, textMs) }
  const ratio = textMs / texts.length / (calibration / questions)
  add({ what: 'lookup by hex text', count, figure: millions(values.perSecond), ratio, values })
}

async function measureMostlyGood(count: number, index: RevocationIndex): Promise<void> {
  const asked = mostlyGood(count)
  const words = bitmap(count)
  const expected = probe(words, asked)
  const ask = () => {
    let hits = 0
    for (let i = 0; i < questions; i++) if (index.find(0, firstSerial + (asked[i] ?? 0)) >= 0) hits++
    mustBe(hits, expected)
  }
  const { ms, calibration } = await sideBySide(runs, () => mustBe(probe(words, asked), expected), ask)
  const values = { perSecond: perSecond(questions, ms) }
  add({ what: 'find, 1 % revoked', count, figure: millions(values.perSecond), ratio: ms / calibration, values })
}

async function measureSparse(form: Form, count: number, index: RevocationIndex): Promise<void> {
  const asked = drawn(questions, count * step)
  const width = widths[form]
  const serials = new Uint8Array(width * questions)
  const one = new Uint8Array(width)
  let expected = 0
  for (let i = 0; i < questions; i++) {
    const n = asked[i] ?? 0
    if (n % step === 0) expected++
    writeSerial(form, n, one)
    serials.set(one, i * width)
  }
  const words = bitmap(count)
  const ask = () => {
    let hits = 0
    for (let i = 0; i < questions; i++) if (index.findBytes(serials, i * width, (i + 1) * width) >= 0) hits++
    mustBe(hits, expected)
  }
  const { ms, calibration } = await sideBySide(runs, () => mustBe(probe(words, asked), expected), ask)
  const values = { perSecond: perSecond(questions, ms), bytesPerEntry: index.sizeBytes / index.entryCount }
  add({
    what: `findBytes, ${form} form, ${width} bytes`,
    count,
    figure: millions(values.perSecond),
    ratio: ms / calibration,
    values,
  })
}

async function measureIndex(form: Form, count: number): Promise<RevocationIndex> {
  const { index, stageMs, buildMs } = await build(form, count)
  if (index.forms[form] !== count) throw new Error(`not the ${form} form`)
  const bytesPerEntry = index.sizeBytes / index.entryCount
  add({
    ...{ what: `build, ${form} form`, count },
    figure: `${stageMs.toFixed(0)} + ${buildMs.toFixed(0)} ms, ${bytesPerEntry.toFixed(2)} bytes/entry`,
    values: { stageMs, buildMs, bytesPerEntry, sizeBytes: index.sizeBytes },
  })
  if (form === 'dense') await measureDense(count, index)
  else await measureSparse(form, count, index)
  return index
}

/** Certificates of which the given share is revoked, in no order. */
function storedCertificates(count: number, revokedShare: number) {
  const places = drawn(count, count)
  const serials = new BigUint64Array(count)
  const ids = new Uint32Array(count)
  const revokedEvery = Math.round(1 / revokedShare)
  for (let i = 0; i < count; i++) {
    const place = (places[i] ?? 0) * step + (i % revokedEvery === 0 ? 0 : 1 + (i % (step - 1)))
    serials[i] = BigInt(firstSerial + place)
    ids[i] = i
  }
  return { serials, ids }
}

const batchSize = 65536

function* batches({ serials, ids }: ReturnType<typeof storedCertificates>, position: number): Generator<StoredBatch> {
  for (let at = position; at < ids.length; at += batchSize) {
    yield { ids: ids.subarray(at, at + batchSize), serials: serials.subarray(at, at + batchSize) }
  }
}

async function measureSweep(count: number, index: RevocationIndex, revokedShare: number): Promise<void> {
  const stored = storedCertificates(count, revokedShare)
  const words = bitmap(count)
  const places = Uint32Array.from(stored.serials, (serial) => Number(serial) - firstSerial)
  const expected = probe(words, places)
  const run = async () => {
    let hits = 0
    await sweep({
      ...{ index, indexNumber: 1, batchSize },
      stored: (position) => batches(stored, position),
      onBatch: (batch) => void (hits += batch.hits.length),
    })
    mustBe(hits, expected)
  }
  const { ms, calibration } = await sideBySide(runs, () => mustBe(probe(words, places), expected), run)
  const share = `${(revokedShare * 100).toFixed(0)} % revoked`
  const figure = `${(ms / 1000).toFixed(2)} s (C ${(calibration / 1000).toFixed(3)} s)`
  add({
    what: `sweep in memory, ${share}`,
    count,
    figure,
    ratio: ms / calibration,
    values: { ms, calibration, hits: expected },
  })
}

async function measureFileSweep(count: number, index: RevocationIndex, folder: string): Promise<void> {
  const path = join(folder, 'stored')
  const { serials, ids } = storedCertificates(count, 0.01)
  const certificates = function* () {
    for (let i = 0; i < count; i++) {
      yield { id: ids[i] ?? 0, serialNumber: Number(serials[i]).toString(16).toUpperCase().padStart(8, '0') }
    }
  }
  await writeStoredList(path, 4, certificates())
  const list = await openStoredList(path)
  const run = () => sweep({ index, indexNumber: 1, stored: list.from, onBatch: () => undefined })
  const ms = await quickest(2, run)
  add({ what: 'sweep from a packed file, 1 % revoked', count, figure: `${(ms / 1000).toFixed(2)} s`, values: { ms } })
}

/** What it costs to ask a database row by row: a sample against a table, scaled to all. */
async function measureSql(count: number, folder: string): Promise<void> {
  const client = createClient({ url: `file:${join(folder, 'revoked.db')}`, concurrency: 1 })
  await client.execute('PRAGMA journal_mode=WAL')
  await client.execute(
    'create table revoked (serial integer primary key, revoked_at integer not null, reason integer not null)',
  )
  const tableRows = 1_000_000
  for (let first = 0; first < tableRows; first += 100_000) {
    const serials = Array.from({ length: 100_000 }, (_, i) => firstSerial + (first + i) * step)
    await client.execute({
      sql: 'insert into revoked select value, ?, 3 from json_each(?)',
      args: [seconds, JSON.stringify(serials)],
    })
  }
  const sample = drawn(20_000, tableRows * step)
  const sampleMs = await cpuMilliseconds(async () => {
    for (const at of sample) {
      await client.execute({ sql: 'select revoked_at, reason from revoked where serial = ?', args: [firstSerial + at] })
    }
  })
  client.close()
  const ms = (sampleMs / sample.length) * count
  const figure = `${(ms / 1000).toFixed(0)} s, scaled from ${sample.length.toLocaleString('en')} questions`
  add({ what: 'the same row by row from SQL', count, figure, values: { ms, sampleMs } })
}

const folder = mkdtempSync(join(tmpdir(), 'bench-revocation-'))
try {
  for (const count of [10_000, 1_000_000]) {
    for (const form of ['dense', 'exact', 'hashed'] as const) await measureIndex(form, count)
  }
  const index = await measureIndex('dense', 10_000_000)
  await measureSweep(10_000_000, index, 0.01)
  await measureSweep(10_000_000, index, 0.2)
  await measureFileSweep(10_000_000, index, folder)
  await measureSql(10_000_000, folder)
  await measureIndex('exact', 10_000_000)
  await measureIndex('hashed', 10_000_000)
  if (options.full) await measureIndex('dense', 100_000_000)
} finally {
  rmSync(folder, { recursive: true })
}
report(rows, { node: process.version, step, questions })
