/** The platform's verification path, each rate next to bare RSA verification in the same run: in process, in threads, over HTTP. */
import { createPublicKey, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { Hono } from 'hono'
import { z } from 'zod'
import { createClock } from '../sim/core/clock.ts'
import { createFaults } from '../sim/core/faults.ts'
import type { Directory } from '../sim/core/identity.ts'
import { inProcess } from '../sim/core/network.ts'
import { createRandom } from '../sim/core/random.ts'
import { listen } from '../sim/core/server.ts'
import { createSite, type Site } from '../sim/core/site.ts'
import { openAuthorities } from '../sim/ca/authority.ts'
import { createCa } from '../sim/ca/index.ts'
import { createSerials } from '../sim/ca/serialNumber.ts'
import { loadStatuses } from '../sim/ca/statusLoad.ts'
import { createCaStore } from '../sim/ca/store.ts'
import { toBase64 } from '../sim/messages/base64.ts'
import { createBulkIssuer } from '../sim/pki/certificateTemplate.ts'
import { trustAnchors } from '../sim/pki/chain.ts'
import { exportPublicKey, generateKeyPair } from '../sim/pki/key.ts'
import { createAuthority, issueAuthentication, now } from '../sim/pki/testHierarchy.ts'
import { createPlatform } from '../sim/platform/index.ts'
import { createCertificateMemory } from '../sim/platform/certificateMemory.ts'
import type { VerificationItem } from '../sim/platform/proof.ts'
import type { StatusSource } from '../sim/platform/revocation.ts'
import { createProvingPool, createVerifications } from '../sim/platform/verifications.ts'

const together = 32

/** Load over HTTP from a thread of its own, so that the server's thread does nothing but serve. */
type Load = { url: string; headers: Record<string, string>; bodies: string[]; seconds: number; once?: boolean }

const sendLoad = async ({ url, headers, bodies, seconds, once = false }: Load) => {
  const agent = new Agent({ keepAlive: true, maxSockets: together })
  const post = (body: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const run = async (forSeconds: number) => {
    const startedAt = performance.now()
    let done = 0
    let failed = 0
    let next = 0
    const one = async () => {
      while (performance.now() - startedAt < forSeconds * 1000 && !(once && next >= bodies.length)) {
        if ((await post(bodies[next++ % bodies.length] ?? '')) === 200) done += 1
        else failed += 1
      }
    }
    await Promise.all(Array.from({ length: together }, one))
    return { done, failed }
  }
  const sent = await run(seconds)
  agent.destroy()
  return sent
}

const isLoad = (value: unknown): value is Load => typeof value === 'object' && value !== null && 'bodies' in value

const sentLoad = z.object({ done: z.number(), failed: z.number() })

/** Requests answered per second of CPU time of this thread, which serves them: the machine is shared with others. */
const servedPerCpuSecond = (load: Load) =>
  new Promise<number>((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: load })
    const before = process.threadCpuUsage()
    worker.on('message', (message: unknown) => {
      const { user, system } = process.threadCpuUsage(before)
      const { done, failed } = sentLoad.parse(message)
      if (failed > 0) reject(new Error(`${failed} requests failed`))
      else resolve((done * 1_000_000) / (user + system))
    })
    worker.on('error', reject)
  })

const key = await generateKeyPair()
const data = Buffer.from('0123456789abcdef0123456789abcdef')
const signature = sign('sha256', data, key.privateKey)

const itemFor = (certificate: Uint8Array): VerificationItem => ({
  kind: 'authentication',
  certificate: toBase64(certificate),
  data: toBase64(data),
  signature: toBase64(signature),
})

/** The current generation of the CA for authentication certificates, with its key. */
const newestAuthority = async (caSite: Site) => {
  const statuses = await loadStatuses(caSite.store)
  const store = createCaStore(caSite.store, statuses)
  const serials = createSerials(store, caSite.random, 'running')
  const { authority } = (await openAuthorities(caSite, { store, serials, keyAlgorithm: 'rsa-2048' })).newest(
    'authentication',
  )
  if (authority === undefined) throw new Error('the key is gone')
  return authority
}

const requestFor = (index: number, publicKey: string, at: number) => ({
  kind: 'authentication' as const,
  serialNumber: BigInt(0x70000000 + index),
  publicKey,
  municipality: { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' },
  notBefore: at - 86_400_000,
  notAfter: at + 365 * 86_400_000,
  subjectSequence: index,
})

const main = async () => {
  const { values } = parseArgs({
    options: {
      certificates: { type: 'string', default: '3000' },
      seconds: { type: 'string', default: '4' },
      json: { type: 'string' },
    },
  })
  const count = Number(values.certificates)
  const seconds = Number(values.seconds)
  const rows: { what: string; perSecond: number; ratio: number }[] = []

  /** Per second of this thread's CPU time, which others on the machine do not take away; threads are measured by wall time. */
  const rate = async (times: number, work: (n: number) => unknown, by: 'cpu' | 'wall' = 'cpu') => {
    const before = process.threadCpuUsage()
    const startedAt = performance.now()
    for (let n = 0; n < times; n++) await work(n)
    const { user, system } = process.threadCpuUsage(before)
    return (times * 1000) / (by === 'cpu' ? (user + system) / 1000 : performance.now() - startedAt)
  }

  const publicKey = createPublicKey(key.publicKey.export({ format: 'pem', type: 'spki' }))
  const bareVerify = () => verify('sha256', data, publicKey, signature)
  await rate(2000, bareVerify)
  const limit = await rate(20_000, bareVerify)
  const limitWall = await rate(20_000, bareVerify, 'wall')
  const note = (what: string, perSecond: number, to = limit) => rows.push({ what, perSecond, ratio: perSecond / to })
  note('RSA-2048 verify, node:crypto, one thread', limit)

  const ca = await createAuthority('authentication')
  const anchors = trustAnchors([{ kind: 'authentication', der: ca.certificate }])
  const items: VerificationItem[] = []
  for (let serial = 0; serial < count; serial++)
    items.push(itemFor(await issueAuthentication({ ca, keyPair: key, serialNumber: BigInt(0x10000 + serial) })))

  const clock = createClock({ mode: 'virtual', startAt: now })
  const trust = { anchors: () => anchors, doubt: () => Promise.resolve(false) }
  const good = { certStatus: 'good', asOf: now } as const
  const source: StatusSource = { method: 'ocsp', held: () => good, of: () => Promise.resolve(good), state: () => [] }
  const at = (n: number): VerificationItem => {
    const item = items[n % items.length]
    if (item === undefined) throw new Error('no item')
    return item
  }
  const pools = [createProvingPool(1), createProvingPool(2)] as const
  const create = (pool = pools[0]) =>
    createVerifications({ clock }, { trust, memory: createCertificateMemory(), source, pool })

  // New certificates: a memory that never saw them.
  await rate(500, create().one.bind(undefined, at(0)))
  const fresh = create()
  const isGood = async (n: number) => {
    const { answer } = await fresh.one(at(n))
    if (answer.outcome !== 'accepted') throw new Error('refused')
  }
  const newRate = await rate(count, isGood)
  note('verification in process, new certificates', newRate)
  const cachedRate = await rate(count * 3, isGood)
  note('verification in process, cached certificates', cachedRate)
  for (const pool of pools) {
    const { many } = create(pool)
    const batch = (n: number) => many(items.slice((n * 300) % count, ((n * 300) % count) + 300))
    const batches = Math.max(1, Math.floor(count / 300))
    await rate(2, batch, 'wall')
    const inThreads = await rate(batches * 3, batch, 'wall')
    note(
      `batches of 300, ${pool.threads} thread(s), cached after the first round (wall time)`,
      inThreads * 300,
      limitWall,
    )
    await pool.close()
  }

  // Over HTTP: the real platform with the real CA behind it, in real time, statuses held after the first round.
  const folder = mkdtempSync(join(tmpdir(), 'bench-platform-'))
  const realClock = createClock({ mode: 'real' })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const shared = { folder, seed: 'bench', clock: realClock, directory, transport: inProcess(apps) }
  const sites: Site[] = []
  const site = async (id: string, role: string) => {
    const made = await createSite({
      id,
      role,
      name: { ja: id, en: id },
      ...shared,
      faults: createFaults(createRandom('f')),
    })
    sites.push(made)
    return made
  }
  const trustFolder = join(folder, 'trust-anchors')
  const municipalities = { town: { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' } }
  const caSite = await site('ca', 'ca')
  const { app: caApp }: { app: unknown } = await createCa(caSite, { municipalities, trustFolder })
  const platformSite = await site('platform', 'platform')
  const { app: platformApp }: { app: unknown } = await createPlatform(platformSite, { revocation: 'ocsp', trustFolder })
  if (!(caApp instanceof Hono) || !(platformApp instanceof Hono)) throw new Error('no app')
  apps.set('ca', caApp)
  apps.set('platform', platformApp)
  for (const { actors } of sites) await actors.resume()
  const town = await site('town', 'municipality')
  const clinic = await site('clinic', 'clinic')
  const issued: string[] = []
  const spki = exportPublicKey(key.publicKey)
  for (let card = 0; card < 50; card++) {
    const order = {
      ...{ kind: 'authentication', cardId: `card-${card}`, publicKey: spki, dateOfBirth: '1990-05-05' },
      cardExpiresAt: realClock.now() + 8 * 365 * 86_400_000,
    }
    const response = await caApp.request('/certificates', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await town.identity.tokenFor('ca')}` },
      body: JSON.stringify(order),
    })
    const { certificate } = z.object({ certificate: z.string() }).parse(await response.json())
    issued.push(JSON.stringify(itemFor(Buffer.from(certificate, 'base64'))))
  }
  // New ones each time: known by the published lists, so that nothing but the certificate itself is new.
  const listening = await site('platform-lists', 'platform')
  const lists: { app: unknown } = await createPlatform(listening, { revocation: 'crl', trustFolder })
  if (!(lists.app instanceof Hono)) throw new Error('no app')
  const issueNew = createBulkIssuer(await newestAuthority(caSite))
  const unseen: string[] = []
  for (let index = 0; index < 2 * count; index++)
    unseen.push(JSON.stringify(itemFor(await issueNew(requestFor(index, spki, realClock.now())))))
  const fixed = new Hono().post('/fixed', async (c) => {
    await c.req.arrayBuffer()
    return c.body('{"outcome":"accepted"}', 200, { 'content-type': 'application/json' })
  })
  const server = await listen(platformApp, { host: '127.0.0.1', port: 0 })
  const fixedServer = await listen(fixed, { host: '127.0.0.1', port: 0 })
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${await clinic.identity.tokenFor('platform')}`,
  }
  const first = await fetch(`${server.url}/verifications`, { method: 'POST', headers, body: issued[0] ?? '' })
  if (z.object({ outcome: z.string() }).parse(await first.json()).outcome !== 'accepted')
    throw new Error('not accepted')
  const load = { headers, bodies: issued, seconds }
  const overHttp = async (url: string) => {
    await servedPerCpuSecond({ ...load, url, seconds: 1 })
    return servedPerCpuSecond({ ...load, url })
  }
  const fixedRate = await overHttp(`${fixedServer.url}/fixed`)
  note('HTTP: Hono POST with a fixed answer, per CPU-second of the server', fixedRate)
  const httpRate = await overHttp(`${server.url}/verifications`)
  note('HTTP: POST /verifications, cached certificates, per CPU-second of the server', httpRate)
  const listServer = await listen(lists.app, { host: '127.0.0.1', port: 0 })
  const listHeaders = { ...headers, authorization: `Bearer ${await clinic.identity.tokenFor('platform-lists')}` }
  const newUrl = `${listServer.url}/verifications`
  const once = { headers: listHeaders, url: newUrl, seconds: 60, once: true }
  await servedPerCpuSecond({ ...once, bodies: unseen.slice(0, count) })
  const httpNewRate = await servedPerCpuSecond({ ...once, bodies: unseen.slice(count) })
  note('HTTP: POST /verifications, certificates never seen before, per CPU-second', httpNewRate)
  await listServer.close()
  await server.close()
  await fixedServer.close()
  for (const { store } of sites) await store.close()
  realClock.stop()
  rmSync(folder, { recursive: true })

  for (const { what, perSecond, ratio } of rows)
    console.log(
      `${what.padEnd(82)} ${Math.round(perSecond).toString().padStart(7)}/s  ${ratio.toFixed(2)} of RSA verify`,
    )
  const ratios = {
    httpToFixedBody: httpRate / fixedRate,
    httpToInProcess: httpRate / cachedRate,
    httpNewToInProcess: httpNewRate / newRate,
    cachedToVerify: cachedRate / limit,
    newToVerify: newRate / limit,
  }
  console.log(ratios)
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ rows, ratios }, null, 2))
}

if (isMainThread) await main()
else if (isLoad(workerData)) parentPort?.postMessage(await sendLoad(workerData))
