/** Where a world keeps the certificates of its web pages: made once, found again, renewed before they run out. */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPair, type KeyPair } from './key.ts'
import { issueServerCertificate, issueWebCaCertificate } from './serverCertificate.ts'

const day = 24 * 60 * 60 * 1000
/** A browser that was told to trust the CA need not be told again for as long as anybody keeps a world (assumed). */
const caLifeMs = 10 * 365 * day
/** Public web servers may have 200 days since 2026-03-15 (CA/Browser Forum ballot SC-081v3); less is kept, renewed at half time (assumed). */
const serverLifeMs = 180 * day
const renewedBeforeMs = serverLifeMs / 2
/** Clocks of one machine agree, but a restored snapshot may lag behind (assumed). */
const backdatedMs = day / 24

/** PEM texts. */
export type ServerIdentity = { key: string; certificate: string; authority: string }

type Held = { keyPair: KeyPair; pem: { key: string; certificate: string }; read: X509Certificate }

const newSerialNumber = () => BigInt(`0x1${randomBytes(15).toString('hex')}`)

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** What can be read of a key, or of a certificate; a file that was cut short is as good as none. */
const attempted = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const write = (path: string, text: string, mode: number) => {
  const temporary = `${path}.${process.pid}.part`
  writeFileSync(temporary, text, { mode, flush: true })
  renameSync(temporary, path)
}

const find = (folder: string, name: string): Held | undefined => {
  const key = textOf(join(folder, `${name}-key.pem`))
  const certificate = textOf(join(folder, `${name}.pem`))
  if (key === undefined || certificate === undefined) return undefined
  const privateKey = attempted(() => createPrivateKey(key))
  const read = attempted(() => new X509Certificate(certificate))
  if (privateKey === undefined || read?.checkPrivateKey(privateKey) !== true) return undefined
  return { keyPair: { privateKey, publicKey: createPublicKey(privateKey) }, pem: { key, certificate }, read }
}

const pemOfKey = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

const keep = (folder: string, name: string, { keyPair, der }: { keyPair: KeyPair; der: Uint8Array }): Held => {
  const read = new X509Certificate(der)
  const pem = { key: pemOfKey(keyPair.privateKey), certificate: read.toString() }
  write(join(folder, `${name}-key.pem`), pem.key, 0o600)
  write(join(folder, `${name}.pem`), pem.certificate, 0o644)
  return { keyPair, pem, read }
}

/** Whether it is valid at `now` and for so much longer. */
const lasts = ({ read }: Held, now: number, lifeMs: number) =>
  read.validFromDate.getTime() <= now && read.validToDate.getTime() >= now + lifeMs

const lifeFrom = (now: number, lifeMs: number) => ({
  serialNumber: newSerialNumber(),
  notBefore: now - backdatedMs,
  notAfter: now - backdatedMs + lifeMs,
})

/**
 * The server's key and certificate in `folder` and the CA above it (`ca.pem`, for `curl --cacert` and browsers), valid at `now` and for a
 * while after, by the machine's clock: browsers know no other. What is missing, spoilt or about to run out is made anew.
 */
export const openServerFolder = async (folder: string, now: number): Promise<ServerIdentity> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const makeCa = async () => {
    const keyPair = await generateKeyPair()
    return keep(folder, 'ca', { keyPair, der: await issueWebCaCertificate({ ...lifeFrom(now, caLifeMs), keyPair }) })
  }
  const foundCa = find(folder, 'ca')
  const ca = foundCa !== undefined && lasts(foundCa, now, serverLifeMs) ? foundCa : await makeCa()

  const makeServer = async () => {
    const keyPair = await generateKeyPair()
    const request = { ...lifeFrom(now, serverLifeMs), keyPair, ca: ca.keyPair }
    return keep(folder, 'server', { keyPair, der: await issueServerCertificate(request) })
  }
  const found = find(folder, 'server')
  const isGood = found !== undefined && found.read.verify(ca.keyPair.publicKey) && lasts(found, now, renewedBeforeMs)
  const server = isGood ? found : await makeServer()
  return { key: server.pem.key, certificate: server.pem.certificate, authority: ca.pem.certificate }
}
