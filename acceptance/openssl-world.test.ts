/** The running world held against the real `openssl` program: what its certification authority and cards hand out over HTTP. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../sim/core/clock.ts'
import { answer } from '../sim/core/network.ts'
import { listen, type Listening } from '../sim/core/server.ts'
import type { CaApp } from '../sim/ca/index.ts'
import { createFront } from '../sim/front.ts'
import { fromBase64 } from '../sim/messages/base64.ts'
import { createWorld } from '../sim/world.ts'
import { loseCard } from '../scenarios/acts/counter.ts'
import { found } from '../scenarios/acts/founding.ts'
import { insertCard, sign } from '../scenarios/acts/terminal.ts'
import { personOf } from '../scenarios/people.ts'
import { createStage, type Stage } from '../scenarios/stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'openssl-world-'))
const path = (name: string) => join(folder, name)

/** openssl compares OCSP times with the machine's clock, so the world lives 20 minutes behind it and may be advanced by 16. */
const behindMs = 20 * MINUTE
/** What openssl shall tolerate of that, in seconds. */
const validityPeriod = ['-validity_period', '3600']

let world: Awaited<ReturnType<typeof createWorld>>
let server: Listening
let stage: Stage

/** Asynchronous, because openssl asks the server that runs in this very process. */
const openssl = (...args: string[]) =>
  new Promise<{ status: number; output: string }>((resolve, reject) => {
    execFile('openssl', args, { cwd: folder }, (error, stdout, stderr) => {
      if (error !== null && error.code === 'ENOENT')
        reject(new Error('this acceptance test needs the openssl program (3.0) on PATH'))
      else resolve({ status: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })

const tokenOfPlatform = async () => {
  const response = await fetch(`${server.url}/manage/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'platform', audience: 'ca' }),
  })
  const { token }: { token: string } = JSON.parse(await response.text())
  return token
}

const ocsp = async (kind: 'signature' | 'authentication', certificate: string) =>
  openssl(
    ...['ocsp', '-issuer', `${kind}-ca.pem`, '-cert', certificate, '-CAfile', `${kind}-ca.pem`, ...validityPeriod],
    ...['-url', `${server.url}/ca/ocsp/${kind}`, '-header', `Authorization=Bearer ${await tokenOfPlatform()}`],
  )

const writeCrl = async (kind: string, partition: string, name: string) => {
  const response = await world
    .connectAs('platform')<CaApp>('ca')
    .crls[':kind'][':partition'].$get({ param: { kind, partition } })
  expect(response.status).toBe(200)
  writeFileSync(path(name), Buffer.from(await response.arrayBuffer()))
  expect(
    (await openssl('crl', '-inform', 'DER', '-in', name, '-out', `${name}.pem`, '-CAfile', `${kind}-ca.pem`)).output,
  ).toContain('verify OK')
}

const person = 'fudo'

beforeAll(async () => {
  const startAt = Math.floor(Date.now() / 1000) * 1000 - behindMs
  world = await createWorld({
    folder: join(folder, 'world'),
    seed: 'openssl',
    mode: 'interactive',
    startAt,
    variables: { residentNetworkDelayMs: 0, olderGenerationShare: 0 },
  })
  server = await listen(createFront(world.local), { host: '127.0.0.1', port: 0 })
  const control = createStage(world, () => undefined)
  stage = control.stage
  const { passed } = await control.playCase('founding', { ja: '', en: '' }, () => found(stage, [person]))
  expect(passed).toBe(true)
  const { authorities } = await answer(world.connectAs('platform')<CaApp>('ca').authorities.$get())
  for (const { kind, certificate } of authorities.filter(({ state }) => state === 'current')) {
    writeFileSync(path(`${kind}-ca.der`), fromBase64(certificate))
    await openssl('x509', '-inform', 'DER', '-in', `${kind}-ca.der`, '-out', `${kind}-ca.pem`)
  }
  const reader = await insertCard(stage, person)
  await reader.verify('signature', personOf(person).card?.signaturePassword ?? '')
  writeFileSync(path('authentication.der'), await reader.readAuthenticationCertificate())
  writeFileSync(path('signature.der'), await reader.readSignatureCertificate())
  for (const kind of ['authentication', 'signature'])
    await openssl('x509', '-inform', 'DER', '-in', `${kind}.der`, '-out', `${kind}.pem`)
})

afterAll(async () => {
  await server?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('openssl verifies the certificates on the card up to their CA, with the CRL', async () => {
  await writeCrl('signature', personOf(person).municipality, 'signature.crl')
  await writeCrl('authentication', 'all', 'authentication.crl')
  for (const kind of ['signature', 'authentication']) {
    const { output } = await openssl(
      'verify',
      '-crl_check',
      '-CAfile',
      `${kind}-ca.pem`,
      '-CRLfile',
      `${kind}.crl.pem`,
      '-attime',
      String(Math.floor(world.clock.now() / 1000)),
      `${kind}.pem`,
    )
    expect(output.trim()).toBe(`${kind}.pem: OK`)
  }
})

test('openssl refuses a certificate of the one CA under the other', async () => {
  const { status } = await openssl('verify', '-CAfile', 'signature-ca.pem', 'authentication.pem')
  expect(status).not.toBe(0)
})

test('openssl ocsp asks the CA over HTTP, with a nonce, and accepts its answer', async () => {
  for (const kind of ['signature', 'authentication'] as const) {
    const { output } = await ocsp(kind, `${kind}.pem`)
    expect(output).toContain('Response verify OK')
    expect(output).toContain(`${kind}.pem: good`)
    expect(output).not.toContain('WARNING')
  }
})

test('openssl cms verifies a document signed by the card and gives it back', async () => {
  const document = { provider: 'mobile-sora', text: '申込書' }
  writeFileSync(path('signed.der'), fromBase64(await sign(stage, person, document)))
  const { output } = await openssl(
    'cms',
    '-verify',
    '-inform',
    'DER',
    '-in',
    'signed.der',
    '-CAfile',
    'signature-ca.pem',
    '-purpose',
    'any',
    '-out',
    'document.json',
  )
  expect(output).toContain('CMS Verification successful')
  expect(JSON.parse(readFileSync(path('document.json'), 'utf8'))).toEqual(document)
})

test('after the card was lost, openssl ocsp sees both certificates revoked with the reason', async () => {
  await loseCard(stage, person)
  await stage.advance(16 * MINUTE)
  for (const kind of ['signature', 'authentication'] as const) {
    const { output } = await ocsp(kind, `${kind}.pem`)
    expect(output).toContain(`${kind}.pem: revoked`)
    expect(output).toContain('Reason: certificateHold')
  }
})

test('a provider’s token is refused by the CA with 403', async () => {
  const response = await world.connectAs('clinic-sakura')<CaApp>('ca').crls.$get()
  expect(response.status).toBe(403)
})
