/** 最新の利用者情報(4情報)提供サービス: gives the platform a resident's new basic four where the resident consented to it with the card. */
import type { z } from 'zod'
import type { Effect } from '../core/actors.ts'
import { DAY, HOUR, SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import {
  consentOrder,
  inquiryOrder,
  withdrawalOrder,
  type consent,
  type latestBasicFour,
  type latestBasicFourRequest,
} from '../messages/latestBasicFour.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { consentMachine } from './consentMachine.ts'
import type { ConsentRow, ConsentStore } from './consentStore.ts'
import type { SignedOrders } from './signedOrder.ts'
import type { CaStore, IssuedRow } from './store.ts'

type Consent = z.output<typeof consent>
type Answer = z.output<typeof latestBasicFour>

const jstOffsetMs = 9 * HOUR
/** Consent counts for ten years (guideline for private businesses of the Digital Agency, 最新の利用者情報提供サービス). */
const years = 10

/** From the start of the next day in Japan to the last second of the day ten years on (example there: 2023-05-18 to 2033-05-18). */
const termOf = (at: number) => {
  const today = Math.floor((at + jstOffsetMs) / DAY) * DAY
  const date = new Date(today)
  const lastDay = Date.UTC(date.getUTCFullYear() + years, date.getUTCMonth(), date.getUTCDate())
  return { validFrom: today + DAY - jstOffsetMs, validTo: lastDay + DAY - jstOffsetMs - SECOND }
}

const view = ({ service, state, items, validFrom, validTo }: ConsentRow): Consent => ({
  ...{ service, state, items, validFrom, validTo },
})

type Parts = { store: CaStore; consents: ConsentStore; orders: SignedOrders }

export const createLatestBasicFour = (site: Site, { store, consents, orders }: Parts) => {
  const effects: Record<string, Effect<typeof consentMachine>> = {
    enterConsent: async ({ context: { lineage, service, items, validFrom, validTo } }) =>
      consents.enter({ lineage, service, state: 'standing', items, validFrom, validTo }),
    enterWithdrawal: async ({ context: { lineage, service, items, validFrom, validTo } }) =>
      consents.enter({ lineage, service, state: 'withdrawn', items, validFrom, validTo }),
  }
  const lives = site.actors.define('basic-four-consent', consentMachine, effects)
  const idOf = ({ lineage }: IssuedRow, service: string) => `${service} ${lineage}`

  const entered = async ({ lineage }: IssuedRow, service: string): Promise<Consent> => {
    const row = await consents.find(lineage, service)
    if (row === undefined) throw new Problem(404, 'no-such-consent', `there is no consent for ${service}`)
    return view(row)
  }

  /** A document heard before changes nothing; one older than what was heard is refused. */
  const tell = async (id: string, digest: string, send: () => Promise<unknown>) => {
    if ((await lives.find(id))?.context.digest === digest) return
    try {
      await send()
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.status !== 409) throw cause
      throw new Problem(409, 'overtaken', 'a document signed later was accepted before', { cause })
    }
  }

  const isGood = async ({ kind, serialNumber, notAfter }: IssuedRow, now: number) =>
    now <= notAfter && (await store.revocationOf(kind, serialNumber)) === undefined

  return {
    consent: async (signedDocument: string): Promise<Consent> => {
      const { order, signer, signedAt, digest } = await orders.read(signedDocument, 'signature', consentOrder)
      const { service, items } = order
      const terms = { items, signedAt, digest, ...termOf(site.clock.now()) }
      const id = idOf(signer, service)
      if ((await lives.find(id)) === undefined) await lives.start(id, { lineage: signer.lineage, service, ...terms })
      await tell(id, digest, () => lives.send(id, { type: 'consent.given', ...terms }))
      return entered(signer, service)
    },

    withdraw: async (signedDocument: string): Promise<Consent> => {
      const { order, signer, signedAt, digest } = await orders.read(signedDocument, 'signature', withdrawalOrder)
      const before = await entered(signer, order.service)
      const id = idOf(signer, order.service)
      if (before.state === 'withdrawn') return before
      await tell(id, digest, () => lives.send(id, { type: 'consent.withdrawn', signedAt, digest }))
      return entered(signer, order.service)
    },

    /** Asked with the authentication certificate: consents of the person whose signature certificate is on the same card. */
    inquire: async (signedDocument: string): Promise<Consent[]> => {
      const { signer } = await orders.read(signedDocument, 'authentication', inquiryOrder)
      const signature = (await store.ofCard(signer.cardId)).find(({ kind }) => kind === 'signature')
      return signature === undefined ? [] : (await consents.ofLineage(signature.lineage)).map(view)
    },

    /** Only while the consent stands, and only once a new signature certificate says something newer than the one named. */
    ask: async ({ service, signatureSerialNumber }: z.output<typeof latestBasicFourRequest>): Promise<Answer> => {
      const known = await store.find('signature', signatureSerialNumber)
      const found = known && (await consents.find(known.lineage, service))
      const now = site.clock.now()
      if (known === undefined || found?.state !== 'standing' || now < found.validFrom || now > found.validTo)
        return { outcome: 'no-consent' }
      const [newest] = await store.ofLineage('signature', known.lineage)
      if (newest === undefined || newest.number <= known.number || !(await isGood(newest, now)))
        return { outcome: 'nothing-new' }
      const items = parseCertificate(fromBase64(newest.certificate)).basicFour
      if (items === undefined) return { outcome: 'nothing-new' }
      const { name, dateOfBirth, sex, address } = items
      const asked = Object.entries({ name, dateOfBirth, sex, address }).filter(([item]) =>
        found.items.some((consented) => consented === item),
      )
      return {
        outcome: 'given',
        basicFour: Object.fromEntries(asked),
        signatureSerialNumber: newest.serialNumber,
      }
    },
  }
}

export type LatestBasicFour = ReturnType<typeof createLatestBasicFour>
