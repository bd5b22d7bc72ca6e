/** The door itself: what it speaks, that every connection is proved anew, and that nothing thrown at it does harm. */
import { createServer as createTcpServer, connect as connectTcp } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { CannotListen } from './core/server.ts'
import { openDoor } from './cardLogin.ts'
import { createDoorWorld, type DoorWorld } from './testCardLogin.ts'

let door: DoorWorld
let shown: { key: string; cert: string }
beforeAll(async () => {
  door = await createDoorWorld()
  shown = (await door.person('card-hanako')).authentication.shown
})
afterAll(() => door.remove())

const get = 'GET /catv-hikari/card-login HTTP/1.1\r\nhost: localhost\r\n\r\n'

/** A connection that is through its handshake. */
const connected = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const socket = connect({ ...door.connection(shown), ...options })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

/** All that is heard until the other end closes. */
const heard = async (socket: TLSSocket): Promise<string> => {
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  await once(socket, 'close')
  return Buffer.concat(parts).toString()
}

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => /alert [a-z ]+/.exec(String(error))?.[0] ?? String(error),
  )

test('TLS 1.2 with forward secrecy is spoken, and neither TLS 1.3 nor 1.1', async () => {
  const socket = await connected()
  expect([socket.getProtocol(), socket.getCipher().name]).toEqual(['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256'])
  expect({
    newer: await errorOf(door.ask({ as: shown, tls: { minVersion: 'TLSv1.3' } })),
    older: await errorOf(
      door.ask({ as: shown, tls: { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } }),
    ),
    withoutSecrecy: await errorOf(door.ask({ as: shown, tls: { ciphers: 'AES128-GCM-SHA256' } })),
  }).toEqual({
    newer: 'alert protocol version',
    older: 'alert protocol version',
    withoutSecrecy: 'alert handshake failure',
  })
})

test('signatures are PKCS #1 v1.5, as a card makes them: who can do PSS only gets no connection', async () => {
  const only = (sigalgs: string) => errorOf(door.ask({ as: shown, tls: { sigalgs } }))
  expect(await only('rsa_pss_rsae_sha256')).toBe('alert handshake failure')
  expect(await only('RSA+SHA256')).toBe('no error')
})

test('a session is never taken up again: who shows nothing now is nobody', async () => {
  const first = await connected()
  const session = first.getSession()
  first.write(get)
  expect(await heard(first)).toContain('200 OK')
  const again = connect({ ...door.connection(), session: session ?? Buffer.alloc(0) })
  onTestFinished(() => void again.destroy())
  await once(again, 'secureConnect')
  again.write(get)
  expect([again.isSessionReused(), (await heard(again)).slice(0, 12)]).toEqual([false, 'HTTP/1.1 401'])
  const { body } = await door.ask({ as: shown, tls: { session: session ?? Buffer.alloc(0) } })
  expect(body).toContain('accepted')
})

test('a connection does not change hands by renegotiation', async () => {
  const socket = await connected()
  const outcome = await new Promise((resolve) => {
    socket.once('error', (error) => resolve(String(error)))
    socket.once('close', () => resolve('closed'))
    socket.renegotiate({ rejectUnauthorized: false }, (error) =>
      resolve(error === null ? 'renegotiated' : String(error)),
    )
  })
  expect(outcome).toMatch(/renegotiation|closed/i)
})

test('a connection carries one request, and ends with its answer; one sent ahead of that is not carried out', async () => {
  const as = (await door.person('card-hurried')).authentication.shown
  const socket = await connected(as)
  socket.write(get + get)
  const all = await heard(socket)
  expect(all.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
  expect(all.toLowerCase()).toContain('connection: close')
  expect((await door.askJson({ as })).body).toMatchObject({ logins: 2 })
})

test('a port that is taken is named with its setting; the usual one is done without', async () => {
  const local = door.world.local
  const options = { worldFolder: door.folder, host: '127.0.0.1' }
  const asked = openDoor(local, { ...options, wanted: String(door.door.port) })
  await expect(asked).rejects.toThrow(new RegExp(`choose another with TLS_PORT=${door.door.port + 1}`))
  await expect(openDoor(local, { ...options, wanted: '70000' })).rejects.toThrow(CannotListen)
  const usual = createTcpServer()
  const isMine = await new Promise((resolve) => {
    usual.once('error', () => resolve(false))
    usual.listen(4443, '127.0.0.1', () => resolve(true))
  })
  if (isMine) onTestFinished(() => void usual.close())
  expect(await openDoor(local, { ...options, wanted: undefined })).toMatchObject({
    ja: expect.stringContaining('TLS_PORT=0'),
  })
})

/** What a client sends first: a whole ClientHello. */
const clientHello = async (): Promise<Buffer> => {
  const listener = createTcpServer()
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const client = connect({ ...door.connection(shown), port: address.port })
  client.on('error', () => {})
  const [socket] = await once(listener, 'connection')
  const [hello] = await once(socket, 'data')
  client.destroy()
  listener.close()
  return hello
}

test('garbage, and hellos with errors, do no harm', { timeout: 120_000 }, async () => {
  const hello = await clientHello()
  const spoilt = fc
    .array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    .map((changes) => {
      const bytes = Buffer.from(hello)
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
  const garbage = fc.uint8Array({ minLength: 1, maxLength: 2000 }).map((bytes) => Buffer.from(bytes))
  const cut = fc.nat(hello.length).map((end) => hello.subarray(0, end))
  const plain = fc.constantFrom(
    Buffer.from(get),
    Buffer.from('\x16\x03\x01\xff\xff'),
    Buffer.from([0x80, 0x2e, 1, 3, 1]),
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(spoilt, garbage, cut, plain), fc.boolean(), async (bytes, isReset) => {
      const socket = connectTcp({ host: '127.0.0.1', port: door.door.port })
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(bytes)
      if (isReset) socket.resetAndDestroy()
      else socket.end()
      socket.resume()
      await once(socket, 'close')
    }),
    { numRuns: 300 },
  )
  expect((await door.ask({ as: shown })).status).toBe(200)
})

test('whatever is sent through a finished handshake, the next one is served', { timeout: 120_000 }, async () => {
  const lines = fc.array(
    fc.constantFrom(
      'GET',
      'POST',
      ' ',
      '/',
      'catv-hikari',
      'card-login',
      'HTTP/1.1',
      '\r\n',
      'host:',
      '\0',
      'content-length: 5',
      'transfer-encoding: chunked',
      '../',
      '%00',
      'é',
    ),
    { maxLength: 30 },
  )
  await fc.assert(
    fc.asyncProperty(lines, async (parts) => {
      const socket = connect(door.connection(shown))
      socket.on('error', () => {})
      await once(socket, 'secureConnect')
      socket.resume()
      socket.end(parts.join(''))
      await once(socket, 'close')
    }),
    { numRuns: 60 },
  )
  expect((await door.ask({ as: shown })).status).toBe(200)
})
