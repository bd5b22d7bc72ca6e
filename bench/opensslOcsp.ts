/** `openssl ocsp` as a peer for bench/ocsp.ts: a responder of its own process, asked over connections of their own. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Certificate, issueOcspSignerCertificate, parseCertificate } from '../sim/pki/certificate.ts'
import { exportPrivateKey, exportPublicKey, generateKeyPair } from '../sim/pki/key.ts'
import { createOcspRequest } from '../sim/pki/ocsp.ts'
import { createAuthority } from '../sim/pki/testHierarchy.ts'

const hexOf = (index: number) => (0x08000010 + index).toString(16).padStart(8, '0').toUpperCase()
const question = (issuer: Certificate, index: number) =>
  createOcspRequest({ issuer, serialNumbers: [hexOf(index % 1000)], nonce: randomBytes(16) })

const pem = (label: string, base64: string) =>
  `-----BEGIN ${label}-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      server.close(() => resolve(address.port))
    })
  })

/** One request on a connection of its own, since this server serves no two at once. */
const once = (port: number, request: Uint8Array) =>
  new Promise<number>((resolve, reject) => {
    let received = 0
    const socket = connect(port, '127.0.0.1', () => {
      const head = `POST / HTTP/1.0\r\ncontent-type: application/ocsp-request\r\ncontent-length: ${request.length}\r\n\r\n`
      socket.end(Buffer.concat([Buffer.from(head), request]))
    })
    socket.on('data', (chunk) => (received += chunk.length))
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })

/** User and system time of a process, in seconds (proc(5), fields 14 and 15, in hundredths). */
const cpuOf = (pid: number) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Answers per CPU-second of an `openssl ocsp` responder with a key of this kind and a thousand certificates. */
export const opensslOcsp = async (ocspKey: 'rsa-2048' | 'p-256', requests: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-openssl-'))
  const path = (name: string) => join(folder, name)
  const writePem = (name: string, label: string, base64: string) => {
    writeFileSync(path(name), pem(label, base64))
    return path(name)
  }
  const now = Date.now()
  const ca = await createAuthority('signature', 1, now)
  const keyPair = await generateKeyPair(ocspKey)
  const delegate = await issueOcspSignerCertificate({
    ...{ kind: 'signature', ca, serialNumber: 0x98n, publicKey: exportPublicKey(keyPair.publicKey) },
    ...{ notBefore: now - 1000, notAfter: now + 1e9 },
  })
  writeFileSync(
    path('index.txt'),
    Array.from({ length: 1000 }, (_, i) => `V\t400101000000Z\t\t${hexOf(i)}\tunknown\t/CN=${i}\n`).join(''),
  )
  const port = await freePort()
  const process_ = spawn(
    'openssl',
    [
      ...['ocsp', '-index', path('index.txt'), '-port', String(port), '-nmin', '15'],
      ...['-CA', writePem('ca.pem', 'CERTIFICATE', Buffer.from(ca.certificate).toString('base64'))],
      ...['-rsigner', writePem('signer.pem', 'CERTIFICATE', Buffer.from(delegate).toString('base64'))],
      ...['-rkey', writePem('key.pem', 'PRIVATE KEY', exportPrivateKey(keyPair.privateKey))],
    ],
    { stdio: 'ignore' },
  )
  const issuer = parseCertificate(ca.certificate)
  try {
    for (let tries = 0; tries < 50; tries++) {
      if ((await once(port, question(issuer, 1)).catch(() => 0)) > 0) break
      await new Promise((again) => setTimeout(again, 100))
    }
    const before = cpuOf(process_.pid ?? 0)
    for (let i = 0; i < requests; i++) await once(port, question(issuer, i))
    return requests / (cpuOf(process_.pid ?? 0) - before)
  } finally {
    process_.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}
