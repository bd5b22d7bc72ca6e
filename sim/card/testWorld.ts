/** A small real world for the tests of this folder: the cards, somebody in the municipality's role, and people with readers. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { createClock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import { issueCaCertificate, issueResidentCertificate } from '../pki/certificate.ts'
import { generateKeyPair, keySigner } from '../pki/key.ts'
import { createCard, type CardApp } from './index.ts'
import type { Purpose } from './pin.ts'
import { createReader } from './reader.ts'

/** Keys are made once for all tests of a file. */
const keyPool = join(mkdtempSync(join(tmpdir(), 'card-keys-')), 'keys')
const startAt = Date.UTC(2026, 3, 1)

const signer = async (kind: Purpose) => {
  const keyPair = await generateKeyPair()
  const validity = { notBefore: startAt - 1000, notAfter: Date.UTC(2036, 3, 1) }
  const certificate = await issueCaCertificate({ kind, keyPair, serialNumber: 1n, ...validity })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}

/** `folder` of an earlier world: the same cards after a power cut. */
export const createTestWorld = async (folder = mkdtempSync(join(tmpdir(), 'card-site-'))) => {
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const shared = { folder, seed: 'card', clock, directory, transport: inProcess(apps), faults }
  const site = (id: string, role: string) => createSite({ id, role, name: { ja: id, en: id }, ...shared })
  const cardSite = await site('card', 'card')
  const { app }: { app: unknown } = await createCard(cardSite, { keyPool })
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
      town.cards.$post(
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
      await answer(town.cards[':cardId'].certificates.$post({ param, json }))
    }
    return publicKeys
  }

  const transmit = async (cardId: string, apdu: string, requestId?: string) => {
    const headers = requestId === undefined ? {} : { 'idempotency-key': requestId }
    const call = people.cards[':cardId'].apdu.$post({ param: { cardId }, json: { apdu } }, { headers })
    return (await answer(call)).response
  }

  const reader = (cardId: string) => createReader((apdu) => transmit(cardId, apdu))

  return { folder, clock, site: cardSite, town, people, make, issue, certified, transmit, reader }
}
