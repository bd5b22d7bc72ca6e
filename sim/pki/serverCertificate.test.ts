/** The certificates of the testbed's own web pages: what they say, for whom they hold, and how long they are kept. */
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkServerIdentity, connect, createServer, type PeerCertificate } from 'node:tls'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { parseCertificate } from './certificate.ts'
import { openServerFolder } from './serverCertificateFolder.ts'

const day = 24 * 60 * 60 * 1000
const now = Date.UTC(2026, 10, 22)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const named = (pem: string) => new X509Certificate(pem)

test('the server’s certificate is for this machine alone, under a CA that says it is simulated', async () => {
  const { certificate, authority } = await openServerFolder(folder, now)
  const [server, ca] = [named(certificate), named(authority)]
  expect({
    names: server.subjectAltName,
    purposes: server.keyUsage,
    isCa: [server.ca, ca.ca],
    issued: server.verify(ca.publicKey) && server.checkIssued(ca),
  }).toEqual({
    names: 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    purposes: ['1.3.6.1.5.5.7.3.1'],
    isCa: [false, true],
    issued: true,
  })
  expect(ca.subject).toContain('O=JPKI-SIM')
  expect(parseCertificate(ca.raw).subject).toContain('模擬')
  expect(parseCertificate(ca.raw).unknownCriticalExtensions).toEqual(['2.5.29.30'])
})

/** What a TLS client of Node thinks of a server with this certificate. */
const verdict = async (identity: { key: string; certificate: string; authority: string }, servername: string) => {
  const server = createServer({ key: identity.key, cert: identity.certificate })
  server.on('tlsClientError', () => {})
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return new Promise((resolve) => {
    const done = (what: string) => {
      client.destroy()
      server.close()
      resolve(what)
    }
    const check = (_: string, peer: PeerCertificate) => checkServerIdentity(servername, peer)
    const client = connect(
      { port: address.port, host: '127.0.0.1', ca: identity.authority, checkServerIdentity: check },
      () => done('trusted'),
    )
    client.on('error', (error) => done('code' in error ? String(error.code) : error.message))
  })
}

test('a client that trusts the CA accepts localhost, 127.0.0.1 and ::1, and no other name', async () => {
  // A TLS client has no clock but the machine's.
  const identity = await openServerFolder(folder, new Date(performance.timeOrigin).getTime())
  const names = ['localhost', '127.0.0.1', '::1', 'example.jp', '127.0.0.2']
  expect(await Promise.all(names.map((name) => verdict(identity, name)))).toEqual([
    ...['trusted', 'trusted', 'trusted'],
    ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])
  const other = await openServerFolder(join(folder, 'other'), new Date(performance.timeOrigin).getTime())
  expect(await verdict({ ...other, authority: identity.authority }, 'localhost')).toMatch(/SELF_SIGNED|UNABLE_TO/)
})

test('what was made is found again, until half the server’s time is over; the CA stays ten years', async () => {
  const first = await openServerFolder(folder, now)
  expect(await openServerFolder(folder, now + 80 * day)).toEqual(first)
  const renewed = await openServerFolder(folder, now + 100 * day)
  expect([renewed.authority === first.authority, renewed.certificate === first.certificate]).toEqual([true, false])
  expect(named(renewed.certificate).validToDate.getTime()).toBeGreaterThan(now + 270 * day)
  const tenYears = await openServerFolder(folder, now + 10 * 365 * day)
  expect(tenYears.authority).not.toBe(first.authority)
})

test('a certificate that is not valid yet, as after the clock was put back, is made anew', async () => {
  const first = await openServerFolder(folder, now)
  const earlier = await openServerFolder(folder, now - 30 * day)
  expect(named(earlier.certificate).validFromDate.getTime()).toBeLessThan(now - 30 * day)
  expect(earlier.certificate).not.toBe(first.certificate)
})

test('keys are for the owner’s eyes only', async () => {
  await openServerFolder(folder, now)
  const mode = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8)
  expect(['ca-key.pem', 'server-key.pem', 'ca.pem'].map(mode)).toEqual(['600', '600', '644'])
})

test.each(['ca.pem', 'ca-key.pem', 'server.pem', 'server-key.pem'])(
  'a spoilt %s is made anew, and all fits together',
  async (name) => {
    const first = await openServerFolder(folder, now)
    const path = join(folder, name)
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 300))
    const { key, certificate, authority } = await openServerFolder(folder, now)
    expect(certificate).not.toBe(first.certificate)
    expect(authority === first.authority).toBe(name.startsWith('server'))
    expect(named(certificate).verify(named(authority).publicKey)).toBe(true)
    expect(key).toContain('PRIVATE KEY')
  },
)
