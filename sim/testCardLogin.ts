/** For tests: a world with its door for card logins open, people with keys in memory instead of cards, and a client that logs in. */
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import type { CaApp } from './ca/index.ts'
import { serveCardLogin } from './cardLogin.ts'
import { answer } from './core/network.ts'
import { fromBase64 } from './messages/base64.ts'
import type { RevocationReason } from './messages/person.ts'
import { exportPublicKey, generateKeyPair, type KeyPair } from './pki/key.ts'
import type { CertificateKind } from './pki/profile.ts'
import type { Variables } from './variables.ts'
import { createWorld, type World } from './world.ts'

export const hanakoFour = {
  name: '見本　花子',
  dateOfBirth: '1990-05-05',
  sex: 'female',
  address: '見本県青葉野市中央一丁目１番１号',
} as const

/** What a client shows: PEM. */
export type Shown = { key: string; cert: string }
export type Heard = { status: number; headers: Record<string, unknown>; body: string }
export type Asked = {
  path?: string
  as?: Shown
  headers?: Record<string, string>
  method?: string
  body?: string
  tls?: ConnectionOptions
}

export const shownBy = ({ privateKey }: KeyPair, certificate: Uint8Array): Shown => ({
  key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  cert: new X509Certificate(certificate).toString(),
})

/** People with certificates of the world's authority, for keys in memory. */
export const createCardHolders = async (world: Pick<World, 'connectAs'>) => {
  const ca = world.connectAs('municipality-aobano')<CaApp>('ca')
  const rsaKey = await generateKeyPair()

  /** Both certificates of a card, for a key in memory. */
  const person = async (cardId: string, { key = rsaKey, cardExpiresAt = Date.UTC(2036, 4, 5) } = {}) => {
    const common = {
      cardId,
      publicKey: exportPublicKey(key.publicKey),
      dateOfBirth: hanakoFour.dateOfBirth,
      cardExpiresAt,
    }
    const issue = async (kind: CertificateKind) => {
      const json = kind === 'signature' ? { kind, ...common, basicFour: hanakoFour } : { kind, ...common }
      const issued = await answer(ca.certificates.$post({ json }))
      return { ...issued, key, shown: shownBy(key, fromBase64(issued.certificate)) }
    }
    const authentication = await issue('authentication')
    return { authentication, signature: await issue('signature') }
  }
  return { ca, person, rsaKey }
}

export const createDoorWorld = async (variables: Partial<Variables> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'card-login-'))
  const world = await createWorld({ folder, seed: 'card login', mode: 'virtual', variables })
  const door = await serveCardLogin(world.local, { worldFolder: folder, host: '127.0.0.1', port: 0 })
  if (door === undefined) throw new Error('no provider takes card logins')

  const { ca, person, rsaKey } = await createCardHolders(world)

  const revoke = (kind: CertificateKind, serialNumber: string, reason: RevocationReason) =>
    answer(
      ca.certificates[':kind'][':serialNumber'].revocations.$post({ param: { kind, serialNumber }, json: { reason } }),
    )

  const connection = (as?: Shown): ConnectionOptions => ({
    host: '127.0.0.1',
    port: door.port,
    servername: 'localhost',
    ca: door.authority,
    ...as,
  })

  /** One request on a connection of its own; rejects where the handshake fails. */
  const ask = ({ path = '/catv-hikari/card-login', as, headers = {}, method = 'GET', body, tls }: Asked = {}) =>
    new Promise<Heard>((resolve, reject) => {
      const asking = request(
        { ...connection(as), ...tls, path, method, headers, agent: false, timeout: 20_000 },
        (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(parts).toString(),
            }),
          )
        },
      )
      asking.on('error', reject)
      asking.on('timeout', () => asking.destroy(new Error('no answer within 20 seconds')))
      asking.end(body)
    })
  const askJson = async (asked: Asked = {}): Promise<{ status: number; body: Record<string, unknown> }> => {
    const { status, body } = await ask(asked)
    return { status, body: JSON.parse(body) }
  }

  return {
    ...{ folder, world, door, rsaKey, ca, person, revoke, connection, ask, askJson },
    remove: async () => {
      await door.close()
      await world.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export type DoorWorld = Awaited<ReturnType<typeof createDoorWorld>>
