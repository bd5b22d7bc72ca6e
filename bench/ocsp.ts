/**
 * OCSP answers per CPU-second of the answering thread: in process next to bare signatures with the same keys, over HTTP on loopback next to
 * a fixed body from the same server, and next to `openssl ocsp` where that program is there. All in one run, round by round.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { Hono } from 'hono'
import { openAuthorities } from '../sim/ca/authority.ts'
import { createCa } from '../sim/ca/index.ts'
import { createOcspAnswers } from '../sim/ca/ocspAnswer.ts'
import { createOcspSigners } from '../sim/ca/ocspSigner.ts'
import { createSerials } from '../sim/ca/serialNumber.ts'
import { createStatusTable } from '../sim/ca/statusTable.ts'
import { caTables, createCaStore } from '../sim/ca/store.ts'
import { createClock } from '../sim/core/clock.ts'
import { createFaults } from '../sim/core/faults.ts'
import { inProcess } from '../sim/core/network.ts'
import { createRandom } from '../sim/core/random.ts'
import { listen } from '../sim/core/server.ts'
import { createSite } from '../sim/core/site.ts'
import { authorityList, certificateIssued } from '../sim/messages/certificate.ts'
import { type Certificate, parseCertificate } from '../sim/pki/certificate.ts'
import { exportPublicKey, generateKeyPair, type KeyAlgorithm } from '../sim/pki/key.ts'
import { createOcspRequest } from '../sim/pki/ocsp.ts'
import { opensslOcsp } from './opensslOcsp.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    certificates: { type: 'string', default: '100000' },
  },
})
const [seconds, rounds, certificates] = [Number(values.seconds), Number(values.rounds), Number(values.certificates)]

const folder = mkdtempSync(join(tmpdir(), 'bench-ocsp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const municipalities = { 'municipality-aobano': { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' } }
const directory = new Map()
const clock = createClock({ mode: 'real' })
const siteOf = (id: string, role: string) =>
  createSite({
    ...{ id, role, name: { ja: id, en: id }, folder, seed: 'bench', clock, directory },
    ...{ transport: inProcess(new Map()), faults: createFaults(createRandom('faults')) },
  })

const hexOf = (index: number) => (0x08000010 + index).toString(16).padStart(8, '0').toUpperCase()
/** As many certificates as the town has, one in fifty revoked long ago. */
const fill = (table: ReturnType<typeof createStatusTable>) => {
  for (let index = 0; index < certificates; index++) {
    table.add(hexOf(index), 2)
    if (index % 50 === 0) table.revoke(hexOf(index), { revocationDate: clock.now() - 1e9, reasonCode: 3 })
  }
  return table
}

/** The answering part of a CA, without HTTP. */
const responder = async (ocspKey: KeyAlgorithm) => {
  const site = await siteOf(`ca-${ocspKey}`, 'ca')
  await site.store.declare(...caTables)
  const statuses = { signature: fill(createStatusTable(certificates)), authentication: createStatusTable() }
  const store = createCaStore(site.store, statuses)
  const serials = createSerials(store, site.random, 'running')
  const authorities = await openAuthorities(site, { store, serials, keyAlgorithm: 'rsa-2048' })
  const signers = createOcspSigners(site, { store, serials, ocspKey })
  const answer = createOcspAnswers(site, { authorities, statuses, signers, mode: 'pre-signed' })
  return { answer, issuer: authorities.newest('signature').certificate }
}

/** Operations per CPU-second of this thread; work of others on this machine does not count. */
const perCpuSecond = async (work: (index: number) => unknown, during = seconds): Promise<number> => {
  const cpu = () => process.threadCpuUsage().user + process.threadCpuUsage().system
  const [startedAt, before] = [performance.now(), cpu()]
  let done = 0
  while (performance.now() - startedAt < during * 1000) for (let i = 0; i < 16; i++) await work(done++)
  return (done * 1e6) / (cpu() - before)
}

const median = (rates: number[]) => rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0
const fixed = (rate: number) => String(Math.round(rate)).padStart(7)
const report = (what: string, rates: number[], against: [string, number[]][] = []) => {
  const ratios = against.map(
    ([name, limit]) => `${median(rates.map((rate, round) => rate / (limit[round] ?? Infinity))).toFixed(2)} of ${name}`,
  )
  console.log(`${what.padEnd(46)} ${fixed(median(rates))}/s  ${ratios.join(', ')}`)
}

const withNonce = (issuer: Certificate, index: number) =>
  createOcspRequest({ issuer, serialNumbers: [hexOf(index % certificates)], nonce: randomBytes(16) })

console.log(
  `${certificates} certificates, ${rounds} rounds of ${seconds} s; medians; per CPU-second of the answering thread\n`,
)

// In process.
const rsa = await responder('rsa-2048')
const p256 = await responder('p-256')
const keys = { rsa: (await generateKeyPair()).privateKey, p256: (await generateKeyPair('p-256')).privateKey }
const data = randomBytes(220)
const asked = (issuer: Certificate) => Array.from({ length: 4096 }, (_, index) => withNonce(issuer, index * 7))
const [askedRsa, askedP256] = [asked(rsa.issuer), asked(p256.issuer)]
const plain = Array.from({ length: 512 }, (_, index) =>
  createOcspRequest({ issuer: rsa.issuer, serialNumbers: [hexOf(index * 7)] }),
)
const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('nothing to ask')
  return found
}
const results: Record<string, number[]> = {}
const note = (what: string, rate: number) => (results[what] ??= []).push(rate)
for (const request of plain) await rsa.answer('signature', request)
for (let round = 0; round < rounds; round++) {
  note('rsa sign', await perCpuSecond(() => sign('sha256', data, keys.rsa)))
  note('rsa fresh', await perCpuSecond((index) => rsa.answer('signature', at(askedRsa, index))))
  note('p-256 sign', await perCpuSecond(() => sign('sha256', data, keys.p256)))
  note('p-256 fresh', await perCpuSecond((index) => p256.answer('signature', at(askedP256, index))))
  note('cached', await perCpuSecond((index) => rsa.answer('signature', at(plain, index))))
}

// `openssl ocsp` with keys and certificates of the same kinds.
const hasOpenssl = spawnSync('openssl', ['version']).status === 0
for (let round = 0; hasOpenssl && round < rounds; round++) {
  note('openssl rsa', await opensslOcsp('rsa-2048', 500))
  note('openssl p-256', await opensslOcsp('p-256', 1000))
}
const peer = (name: string): [string, number[]][] =>
  results[name] === undefined ? [] : [[`\`openssl ocsp\``, results[name]]]

const of = (name: string) => results[name] ?? []
report('RSA-2048 signature (limit)', of('rsa sign'))
report('P-256 signature (limit)', of('p-256 sign'))
for (const name of ['openssl rsa', 'openssl p-256'])
  if (results[name]) report(`\`openssl ocsp\`, ${name.slice(8)}`, of(name))
report('answer with nonce, RSA-2048, in process', of('rsa fresh'), [
  ['the RSA limit', of('rsa sign')],
  ...peer('openssl rsa'),
])
report('answer with nonce, P-256, in process', of('p-256 fresh'), [
  ['the P-256 limit', of('p-256 sign')],
  ...peer('openssl p-256'),
])
report('answer made before, in process', of('cached'))

// Over HTTP.
const site = await siteOf('ca', 'ca')
const platform = await siteOf('platform', 'platform')
const { app }: { app: unknown } = await createCa(site, { municipalities, ocspKey: 'rsa-2048' })
if (!(app instanceof Hono)) throw new Error('no app')
const pair = await generateKeyPair()
const town = await siteOf('municipality-aobano', 'municipality')
const issue = await app.request('/certificates', {
  method: 'POST',
  headers: { authorization: `Bearer ${await town.identity.tokenFor('ca')}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    ...{
      kind: 'authentication',
      cardId: 'bench',
      publicKey: exportPublicKey(pair.publicKey),
      dateOfBirth: '1990-05-05',
    },
    cardExpiresAt: clock.now() + 1e11,
  }),
})
const { serialNumber } = certificateIssued.parse(await issue.json())
const listed = await app.request('/authorities')
const { authorities } = authorityList.parse(await listed.json())
const newest = authorities.find(({ kind }) => kind === 'authentication')?.certificate ?? ''
const issuer = parseCertificate(new Uint8Array(Buffer.from(newest, 'base64')))
const question = createOcspRequest({ issuer, serialNumbers: [serialNumber] })
const body = Buffer.alloc(1900, 1)
const baseline = new Hono()
  .post('/ocsp/authentication', async (c) => {
    await c.req.arrayBuffer()
    return c.body(new Uint8Array(body), 200, { 'content-type': 'application/ocsp-response' })
  })
  .get('/ocsp/*', (c) => c.body(new Uint8Array(body), 200, { 'content-type': 'application/ocsp-response' }))
const ours = await listen(app, { host: '127.0.0.1', port: 0 })
const theirs = await listen(baseline, { host: '127.0.0.1', port: 0 })

const overHttp = async (port: number, request: Buffer) => {
  const before = process.threadCpuUsage()
  const worker = new Worker(new URL('./httpLoad.ts', import.meta.url), {
    workerData: { port, request, during: seconds },
  })
  const { done, wrong } = await new Promise<{ done: number; wrong: number }>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await worker.terminate()
  const after = process.threadCpuUsage()
  if (wrong > 0) throw new Error(`${wrong} of ${done} answers were not 200`)
  return (done * 1e6) / (after.user + after.system - before.user - before.system)
}
const token = () => platform.identity.tokenFor('ca')
const head = (line: string, authorization: string, length?: number) =>
  `${line} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${authorization}\r\n${length === undefined ? '' : `content-type: application/ocsp-request\r\ncontent-length: ${length}\r\n`}\r\n`
const post = async (request: Uint8Array) =>
  Buffer.concat([Buffer.from(head('POST /ocsp/authentication', await token(), request.length)), request])
const get = async (request: Uint8Array) =>
  Buffer.from(
    head(`GET /ocsp/authentication/${encodeURIComponent(Buffer.from(request).toString('base64'))}`, await token()),
  )
const nonced = createOcspRequest({ issuer, serialNumbers: [serialNumber], nonce: randomBytes(16) })
for (let round = 0; round < rounds + 1; round++) {
  const measured = {
    'http fixed post': await overHttp(theirs.port, await post(question)),
    'http cached post': await overHttp(ours.port, await post(question)),
    'http fixed get': await overHttp(theirs.port, await get(question)),
    'http cached get': await overHttp(ours.port, await get(question)),
    'http fresh': await overHttp(ours.port, await post(nonced)),
  }
  // the first round warms up
  if (round > 0) for (const [what, rate] of Object.entries(measured)) note(what, rate)
}
console.log()
report('fixed body, POST', of('http fixed post'))
report('fixed body, GET', of('http fixed get'))
report('answer made before, POST', of('http cached post'), [['the fixed body', of('http fixed post')]])
report('answer made before, GET', of('http cached get'), [['the fixed body', of('http fixed get')]])
report('answer with nonce, RSA-2048, POST', of('http fresh'), [
  ['the RSA limit', of('rsa sign')],
  ...peer('openssl rsa'),
])
for (const server of [ours, theirs]) await server.close()
for (const { store } of [site, platform, town]) await store.close()
clock.stop()
process.exit(0)
