/** Card logins over TLS held against real programs: OpenSSL as a client, and curl, with keys in files instead of a card. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR } from '../sim/core/clock.ts'
import { issueCaCertificate } from '../sim/pki/certificate.ts'
import { generateKeyPair } from '../sim/pki/key.ts'
import { publishAnchor } from '../sim/pki/trustFolder.ts'
import { createSplitWorld } from '../sim/split.ts'
import { createCardHolders, createDoorWorld, type DoorWorld, type Shown } from '../sim/testCardLogin.ts'

const folder = mkdtempSync(join(tmpdir(), 'tls-login-'))
let door: DoorWorld
let hanako: Awaited<ReturnType<DoorWorld['person']>>

/** Asynchronous, because the server runs in this very process; a program that hangs is ended. */
const run = (program: string, args: readonly string[], input = '') =>
  new Promise<{ status: number; output: string }>((resolve, reject) => {
    const child = execFile(program, args, { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') reject(new Error(`this acceptance test needs ${program} on PATH`))
      else resolve({ status: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
    child.stdin?.end(input)
  })

const write = (name: string, { key, cert }: Shown) => {
  writeFileSync(join(folder, `${name}-key.pem`), key)
  writeFileSync(join(folder, `${name}.pem`), cert)
  return ['--cert', `${name}.pem`, '--key', `${name}-key.pem`]
}

const curl = (...args: string[]) =>
  run('curl', ['--silent', '--show-error', '--max-time', '20', '--cacert', door.door.authorityFile, ...args])
const page = (provider = 'catv-hikari', host = '127.0.0.1') =>
  `https://${host}:${door.door.port}/${provider}/card-login`

/** `input` is typed into the connection: a line with R alone asks for a renegotiation. */
const client = (args: readonly string[] = [], input = '') =>
  run(
    'openssl',
    [
      ...['s_client', '-connect', `127.0.0.1:${door.door.port}`, '-CAfile', door.door.authorityFile],
      ...['-verify_return_error', '-verify_hostname', 'localhost', '-x509_strict', ...args],
    ],
    input,
  )

beforeAll(async () => {
  door = await createDoorWorld()
  hanako = await door.person('card-hanako')
})
afterAll(async () => {
  await door.remove()
  rmSync(folder, { recursive: true })
})

test('curl logs in with the authentication certificate, by each name of this machine', async () => {
  const as = write('hanako', hanako.authentication.shown)
  for (const host of ['127.0.0.1', 'localhost']) {
    const { status, output } = await curl(...as, page('catv-hikari', host))
    expect([host, status, JSON.parse(output).outcome]).toEqual([host, 0, 'accepted'])
  }
})

test('curl is told in words why it is not let in', async () => {
  const codeOf = async (...args: string[]) => JSON.parse((await curl(...args, page('mobile-sora'))).output).detail
  expect(await codeOf()).toBe('the connection came without a certificate')
  expect(await codeOf(...write('signer', hanako.signature.shown))).toBe(
    'this is not the certificate for user authentication',
  )
  const lost = await door.person('card-lost')
  await door.revoke('authentication', lost.authentication.serialNumber, 'certificateHold')
  await door.world.advance(HOUR)
  expect(await codeOf(...write('lost', lost.authentication.shown))).toBe('the certificate was revoked: certificateHold')
  const { output } = await curl(
    '-H',
    'Accept: text/html',
    '-H',
    'Accept-Language: ja',
    ...write('lost', lost.authentication.shown),
    page(),
  )
  expect(output).toContain('この電子証明書は失効しています。')
})

test('curl trusts the page by the world’s CA only, and speaks no TLS 1.3 with it', async () => {
  const { status } = await run('curl', ['--silent', '--max-time', '20', page()])
  // 60: the peer's certificate cannot be authenticated; 35: no handshake
  expect(status).toBe(60)
  expect((await curl('--tlsv1.3', page())).status).toBe(35)
})

test('openssl finds the server’s certificate strictly right, and hears what it may show and sign with', async () => {
  const { status, output } = await client()
  expect(status).toBe(0)
  expect(output).toContain('Verify return code: 0 (ok)')
  expect(output).toMatch(/Protocol *: TLSv1.2/)
  expect(output).toContain('Secure Renegotiation IS supported')
  const names = /Acceptable client certificate CA names\n([\s\S]*?)\nClient Certificate Types: (.*)\n/.exec(output)
  expect(names?.[1]?.split('\n')).toHaveLength(1)
  expect(names?.[1]).toContain('O = JPKI-SIM')
  expect(names?.[1]).toContain('user authentication')
  expect(names?.[2]).toBe('RSA sign, ECDSA sign')
  expect(output).toContain('Requested Signature Algorithms: RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA384')
})

test('openssl gets no ticket, and a session it offers again is not taken up', async () => {
  expect((await client(['-sess_out', 'session.pem'])).output).not.toContain('TLS session ticket:')
  const again = await client(['-sess_in', 'session.pem'])
  expect(again.status).toBe(0)
  expect(again.output).toMatch(/^New, TLSv1\.2/m)
  expect(again.output).not.toMatch(/^Reused/m)
})

test('openssl cannot sign with PSS, nor renegotiate', async () => {
  const as = ['-cert', 'hanako.pem', '-key', 'hanako-key.pem']
  const pss = await client([...as, '-sigalgs', 'rsa_pss_rsae_sha256'])
  expect([pss.status === 0, pss.output.includes('handshake failure')]).toEqual([false, true])
  const renegotiated = await client(as, 'R\n')
  expect(renegotiated.output).toContain('RENEGOTIATING')
  expect(renegotiated.output).toMatch(/no renegotiation/)
})

test('an authority laid into the trust folder is named from the next connection on', async () => {
  const keyPair = await generateKeyPair()
  const life = { serialNumber: 1n, notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2040, 0) }
  const certificate = await issueCaCertificate({ kind: 'authentication', keyPair, ...life, organization: 'JPKI-SIM-2' })
  publishAnchor(join(door.folder, 'trust-anchors'), { kind: 'authentication', generation: 9, certificate })
  expect((await client()).output).toContain('O = JPKI-SIM-2')
  expect((await client(['-cert', 'hanako.pem', '-key', 'hanako-key.pem'])).status).toBe(0)
})

test('with a process a party each provider has a door of its own, all under one CA', async () => {
  const worldFolder = join(folder, 'split')
  const startAt = Date.UTC(2026, 3, 1)
  const world = await createSplitWorld({
    folder: worldFolder,
    seed: 'split',
    mode: 'interactive',
    startAt,
    withDoors: true,
  })
  try {
    const { person } = await createCardHolders(world)
    const as = write('split', (await person('card-split')).authentication.shown)
    expect([...world.cardLogins.keys()].length).toBe(7)
    const accounts: unknown[] = []
    for (const provider of ['catv-hikari', 'mobile-sora']) {
      const authority = ['--cacert', join(worldFolder, 'tls', 'ca.pem')]
      const { output } = await run('curl', ['--silent', ...authority, ...as, world.cardLogins.get(provider) ?? ''])
      const { outcome, accountId } = JSON.parse(output)
      accounts.push(accountId)
      expect([provider, outcome]).toEqual([provider, 'accepted'])
    }
    expect(new Set(accounts).size).toBe(2)
  } finally {
    await world.close()
  }
})
