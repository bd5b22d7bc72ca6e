/** A small real world for the tests of this folder: the cards, somebody in the municipality's role, and people with readers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll } from 'vitest'
import { createClock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import { issueCaCertificate, issueResidentCertificate } from '../pki/certificate.ts'
import { generateKeyPair, keySigner } from '../pki/key.ts'
import type { Anchors } from './foreignCard.ts'
import { createCard, type CardApp, type CardOptions } from './index.ts'
import type { Purpose } from './pin.ts'
import { createReader } from './reader.ts'

/** Everything of a test file lies here and goes with it. */
const place = mkdtempSync(join(tmpdir(), 'card-'))
const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
  rmSync(place, { recursive: true, force: true })
})

/** Keys are made once for all tests of a file. */
const keyPool = join(place, 'keys')
const startAt = Date.UTC(2026, 3, 1)

const signer = async (kind: Purpose) => {
  const keyPair = await generateKeyPair()
  const validity = { notBefore: startAt - 1000, notAfter: Date.UTC(2036, 3, 1) }
  const certificate = await issueCaCertificate({ kind, keyPair, serialNumber: 1n, ...validity })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}

/** `folder` of an earlier world: the same cards after a power cut. */
export const createTestWorld = async (
  folder = mkdtempSync(join(place, 'site-')),
  options: Omit<CardOptions, 'keyPool'> = {},
) => {
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const shared = { folder, seed: 'card', clock, directory, transport: inProcess(apps), faults }
  const site = async (id: string, role: string) => {
    const made = await createSite({ id, role, name: { ja: id, en: id }, ...shared })
    closing.push(() => made.store.close())
    return made
  }
  const cardSite = await site('card', 'card')
  const { app }: { app: unknown } = await createCard(cardSite, { keyPool, ...options })
  if (app instanceof Hono) apps.set('card', app)
  const connect = (from: Site) => from.network.connect<CardApp>('card')
  const town = connect(await site('municipality-minato', 'municipality'))
  const people = connect(await site('people', 'public'))
  const authorities = { authentication: await signer('authentication'), signature: await signer('signature') }

  /** Certificate and CA certificate for a key, as a municipality brings them to the card. */
  const certified = async (kind: Purpose, publicKey: string) => {
    const ca = authorities[kind]
    const certificate = await issueResidentCertificate({
      kind,
      ca,
      serialNumber: 0x1234n,
      publicKey,
      notBefore: startAt,
      notAfter: Date.UTC(2031, 3, 1),
      municipality: { code: '99201', prefecture: 'Mihon-ken', city: 'Minato-shi' },
      subjectSequence: 1,
      ...(kind === 'signature' && {
        basicFour: { name: '見本　花子', dateOfBirth: '1990-05-05', sex: 'female', address: '見本県港市1-1' },
      }),
    })
    return { kind, certificate: toBase64(certificate), caCertificate: toBase64(ca.certificate) }
  }

  const make = (cardId: string, requestId: string) =>
    answer(
      town.index.$post(
        { json: { cardId, authenticationPin: '1234', signaturePassword: 'SIGN1234' } },
        { headers: { 'idempotency-key': requestId } },
      ),
    )

  /** A card with both certificates. */
  const issue = async (cardId: string) => {
    const { publicKeys } = await make(cardId, `make ${cardId}`)
    const param = { cardId }
    for (const kind of ['authentication', 'signature'] as const) {
      const json = await certified(kind, publicKeys[kind] ?? '')
      await answer(town[':cardId'].certificates.$post({ param, json }))
    }
    return publicKeys
  }

  const transmit = async (cardId: string, apdu: string, requestId?: string) => {
    const headers = requestId === undefined ? {} : { 'idempotency-key': requestId }
    const call = people[':cardId'].apdu.$post({ param: { cardId }, json: { apdu } }, { headers })
    return (await answer(call)).response
  }

  const reader = (cardId: string, anchors?: Anchors) =>
    createReader((apdu) => transmit(cardId, apdu), anchors && { anchors })

  return { authorities, folder, clock, site: cardSite, town, people, make, issue, certified, transmit, reader }
}
