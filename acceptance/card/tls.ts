/** Programs that log in to a provider over TLS with the card in the reader, as they are used by anybody. */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { library, tokens } from './pkcs11.ts'
import { run } from './programs.ts'
import type { Kind, Testbed } from './testbed.ts'

/** The CA of the testbed's web pages, for `curl --cacert` and browsers. */
const webCaOf = ({ folder }: Testbed) => join(folder, 'tls', 'ca.pem')

const loginPath = (provider: string) => `/${provider}/card-login`

/** Names an object of a token (RFC 7512). */
const objectUrl = (kind: Kind, type: 'cert' | 'private') =>
  `pkcs11:token=${encodeURIComponent(tokens[kind].label)};id=%${tokens[kind].id};type=${type}`

/** `pin` undefined: no certificate is shown. */
export type Login = { provider?: string; kind?: Kind; pin?: string | undefined; options?: readonly string[] }

/** curl over OpenSSL's engine: HTTP status (0 when the handshake failed), the body parsed where it is JSON, and what was said. */
export const logInWithCurl = async (testbed: Testbed, login: Login) => {
  const { provider = 'catv-hikari', kind = 'authentication', pin, options = [] } = login
  const card = [
    ...['--engine', 'pkcs11', '--cert-type', 'ENG', '--key-type', 'ENG'],
    ...['--cert', objectUrl(kind, 'cert'), '--key', `${objectUrl(kind, 'private')};pin-value=${pin ?? ''}`],
  ]
  const { status, output } = await run('curl', [
    ...['--silent', '--show-error', '--cacert', webCaOf(testbed), '--header', 'Accept: application/json'],
    ...['--write-out', '\n%{http_code}', ...(pin === undefined ? [] : card), ...options],
    `${testbed.tlsUrl}${loginPath(provider)}`,
  ])
  const [, json] = /^(\{.*\})$/m.exec(output) ?? []
  const body: unknown = json === undefined ? undefined : JSON.parse(json)
  return { status, http: Number(/(\d+)$/.exec(output)?.[1]), body, output }
}

const request = (provider: string) =>
  `GET ${loginPath(provider)} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nConnection: close\r\n\r\n`

/** The first JSON body in what a program printed of an HTTP answer. */
const bodyIn = (output: string): unknown => {
  const [, json] = /^(\{.*\})/m.exec(output) ?? []
  return json === undefined ? undefined : JSON.parse(json)
}

/** GnuTLS's own client. */
export const logInWithGnutls = async (testbed: Testbed, { provider = 'catv-hikari', pin = '' }: Login) => {
  const { status, output } = await run(
    'gnutls-cli',
    [
      ...['--x509cafile', webCaOf(testbed), '--x509certfile', objectUrl('authentication', 'cert')],
      ...['--x509keyfile', `${objectUrl('authentication', 'private')}?pin-value=${pin}`],
      ...['--port', new URL(testbed.tlsUrl).port, 'localhost'],
    ],
    // it ends when there is nothing more to type, answered or not
    { answers: { prompt: /Simple Client Mode:/, reply: request(provider) } },
  )
  return { status, body: bodyIn(output), output }
}

/** A database of NSS, as Firefox and Chromium have one, that knows the card and trusts the testbed's pages. */
export const nssDatabase = async (testbed: Testbed, folder = mkdtempSync(join(tmpdir(), 'nss-'))) => {
  mkdirSync(folder, { recursive: true })
  const database = `sql:${folder}`
  const must = async (command: string, ...args: string[]) => {
    const { status, output } = await run(command, args)
    if (status !== 0) throw new Error(`${command}: ${output}`)
  }
  await must('certutil', '-N', '-d', database, '--empty-password')
  await must('certutil', '-A', '-d', database, '-n', 'testbed', '-t', 'C,,', '-i', webCaOf(testbed))
  // the library of both PINs would have browsers ask for the signature password too
  await must('modutil', '-dbdir', database, '-add', 'OpenSC', '-libfile', library('one'), '-force')
  return database
}

/** NSS's own client. */
export const logInWithNss = async (
  testbed: Testbed,
  database: string,
  { provider = 'catv-hikari', pin = '' }: Login,
) => {
  const { label } = tokens.authentication
  const { status, output } = await run(
    'tstclnt',
    [
      // -4: it does not try the next address; -o: its check of servers (not the one of browsers) wants key encipherment
      ...['-4', '-o', '-h', 'localhost', '-p', new URL(testbed.tlsUrl).port, '-d', database, '-V', 'tls1.2:tls1.2'],
      ...['-n', `${label}:User Authentication Certificate`, '-w', pin],
    ],
    { input: request(provider) },
  )
  return { status, body: bodyIn(output), output }
}
