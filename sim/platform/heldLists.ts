/** The revocation lists in memory: which one speaks of a certificate, found without a search, and none that takes the news back. */
import { type CrlHead, readCrlStream } from '../pki/crlStream.ts'
import { coversCertificate, judgeCrl } from '../pki/crlCheck.ts'
import type { TrustAnchors } from '../pki/chain.ts'
import type { Certificate } from '../pki/certificate.ts'
import { MalformedError } from '../pki/malformed.ts'
import { buildIndex, createStaging, type RevocationIndex } from '../revocation/index.ts'
import type { PublishedList } from './crlFetch.ts'
import type { StatusQuestion } from './revocation.ts'
import type { CrlNumberRow, ListType } from './revocationStore.ts'

/** CRLReason of an entry that a delta takes off its base (RFC 5280 section 5.3.1). */
const removeFromCRL = 8

/** One list as it was signed, its entries indexed, and when it was fetched last, with or without news. */
export type Held = {
  head: CrlHead
  der: Uint8Array
  issuer: Certificate
  index: RevocationIndex
  /** Serial numbers that a delta takes off its base. */
  removed: ReadonlySet<string>
  fetchedAt: number
}

/** What is published together: a full list, and perhaps a delta upon it. */
export type Slot = {
  list: PublishedList
  full?: Held
  delta?: Held
  /** When a delta was asked for in vain. */
  noDeltaAt?: number
  /** The last list that was not taken. */
  refused?: { reason: string; at: number }
}

type Offer = { list: PublishedList; type: ListType; der: Uint8Array; fetchedAt: number }
type Now = { anchors: TrustAnchors; now: number }

const coveredBy = ({ issuingDistributionPoint: point }: CrlHead) => (point?.names ?? []).map(({ hex }) => hex).join(' ')

const slotKey = ({ kind, partition, generation }: PublishedList) => `${kind} ${generation} ${partition}`
const numberKey = ({ issuer, scope, type }: Omit<CrlNumberRow, 'number'>) => `${issuer} ${type} ${scope}`

const isInForce = ({ head }: Held, now: number) => head.thisUpdate <= now && now < head.nextUpdate

/** The list if this CA signed it and it may be relied on; `malformed`, or why not. */
const readAs = async ({ type, der, fetchedAt }: Offer, issuer: Certificate, now: number): Promise<Held | string> => {
  const staging = createStaging()
  const removed = new Set<string>()
  const sink = (bytes: Uint8Array, from: number, to: number, seconds: number, reasonCode: number) => {
    if (reasonCode !== removeFromCRL) staging.add(bytes, from, to, seconds, reasonCode)
    else
      removed.add(
        Buffer.from(bytes.subarray(bytes[from] === 0 ? from + 1 : from, to))
          .toString('hex')
          .toUpperCase(),
      )
  }
  try {
    const streamed = await readCrlStream([der], { issuer, sink })
    const checked = judgeCrl(streamed.head, { issuer, now, delta: type === 'delta' }, () => streamed.signatureValid)
    if (checked.result === 'refused') return checked.reason
    return { head: streamed.head, der, issuer, index: await buildIndex(staging), removed, fetchedAt }
  } catch (error) {
    if (error instanceof MalformedError) return 'malformed'
    throw error
  }
}

/** The delta that may be read together with the full list (RFC 5280 section 5.2.4 (a) to (d)), while it is in force. */
export const deltaOf = ({ full, delta }: Slot, now: number): Held | undefined => {
  if (full === undefined || delta === undefined || delta.issuer.fingerprint !== full.issuer.fingerprint)
    return undefined
  const [number, base, next] = [full.head.crlNumber, delta.head.baseCrlNumber, delta.head.crlNumber]
  if (number === undefined || base === undefined || next === undefined) return undefined
  const fits = coveredBy(delta.head) === coveredBy(full.head) && base <= number && number < next
  return fits && isInForce(delta, now) ? delta : undefined
}

export const createHeldLists = () => {
  const slots = new Map<string, Slot>()
  /** The slot that speaks of certificates of one issuer and one scope: filled at the first question. */
  const byScope = new Map<string, Slot>()
  const highest = new Map<string, bigint>()

  const slotOf = (list: PublishedList): Slot => {
    const key = slotKey(list)
    const slot = slots.get(key) ?? { list }
    slots.set(key, slot)
    return slot
  }

  const speaksOf = ({ full }: Slot, { issuer }: StatusQuestion, now: number) =>
    full !== undefined && full.issuer.fingerprint === issuer.fingerprint && isInForce(full, now)

  /** The list as the CA generation that signed it, the one that signed the last one first. */
  const readOffer = async (offer: Offer, { anchors, now }: Now): Promise<Held | string> => {
    const known = slotOf(offer.list)[offer.type]?.issuer.fingerprint
    const issuers = anchors.filter(({ kind }) => kind === offer.list.kind).map(({ certificate }) => certificate)
    issuers.sort((a, b) => Number(b.fingerprint === known) - Number(a.fingerprint === known))
    let reason = 'unknown-issuer'
    for (const issuer of issuers) {
      const read = await readAs(offer, issuer, now)
      if (typeof read !== 'string' || read === 'malformed') return read
      reason = reason === 'unknown-issuer' || reason === 'bad-signature' ? read : reason
    }
    return reason
  }

  return {
    slots: () => [...slots.values()],
    slot: (list: PublishedList): Slot | undefined => slots.get(slotKey(list)),
    /** Numbers seen before the process started. */
    remember: (rows: CrlNumberRow[]) => {
      for (const row of rows) highest.set(numberKey(row), BigInt(row.number))
    },
    /**
     * Take a list if it may be relied on; its number, or undefined when it is refused. One that no trusted CA signed, or whose number
     * is lower than one seen before (numbers only grow, RFC 5280 section 5.2.3), never takes the place of one that counts.
     */
    offer: async (offer: Offer, at: Now): Promise<CrlNumberRow | undefined> => {
      const slot = slotOf(offer.list)
      const read = await readOffer(offer, at)
      const refuse = (reason: string) => {
        slot.refused = { reason, at: at.now }
        const held = slot[offer.type]
        if (held !== undefined) held.fetchedAt = offer.fetchedAt
        return undefined
      }
      if (typeof read === 'string') return refuse(read)
      const { head, issuer } = read
      const number = head.crlNumber ?? 0n
      const named = { issuer: issuer.fingerprint, scope: coveredBy(head), type: offer.type }
      const before = slot[offer.type]
      const isOlder = before?.issuer.fingerprint === issuer.fingerprint && head.thisUpdate < before.head.thisUpdate
      if (isOlder || number < (highest.get(numberKey(named)) ?? 0n)) return refuse('rollback')
      highest.set(numberKey(named), number)
      slot[offer.type] = read
      return { ...named, number: String(number) }
    },
    /** There is no delta yet. */
    noteNoDelta: (list: PublishedList, at: number) => {
      slotOf(list).noDeltaAt = at
    },
    /** The slot whose full list covers the certificate and is in force; without its contents only one found before. */
    fitting: (question: StatusQuestion, now: number, certificate?: Certificate): Slot | undefined => {
      const key = `${question.kind} ${question.issuer.fingerprint} ${question.scope}`
      const known = byScope.get(key)
      if (known !== undefined && speaksOf(known, question, now)) return known
      if (certificate === undefined) return undefined
      for (const slot of slots.values()) {
        if (slot.list.kind !== question.kind || !speaksOf(slot, question, now)) continue
        if (slot.full === undefined || !coversCertificate(slot.full.head, certificate)) continue
        byScope.set(key, slot)
        return slot
      }
      return undefined
    },
    isInForce,
  }
}
