/** Certificate status by CRL: each list fetched once per publication, held in memory and in the store, looked up by an index. */
import { Unreachable } from '../core/network.ts'
import { DAY, HOUR, MINUTE } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { createCrlFetch, type CrlFetch, type PublishedList } from './crlFetch.ts'
import { createHeldLists, deltaOf, type Slot } from './heldLists.ts'
import type { Meter } from './meter.ts'
import type { CheckPurpose, HeldData, KnownStatus, Probe, StatusQuestion, StatusSource } from './revocation.ts'
import type { ListType, RevocationStore } from './revocationStore.ts'
import type { Trust } from './trust.ts'

/** Full lists are published once a day (Digital Agency, JPKI introduction guide 5.1.2), deltas every hour (assumed). */
const publicationMs: Record<ListType, number> = { full: DAY, delta: HOUR }
/** When the CA has nothing newer although it should, it is asked again after this (assumed). */
const patienceMs = 15 * MINUTE

type Parts = {
  trust: Pick<Trust, 'anchors' | 'generations'>
  store: RevocationStore
  meter: Meter
  method?: 'crl' | 'delta'
  fetch?: CrlFetch
}

export const createCrlSource = (site: Site, parts: Parts): StatusSource => {
  const { trust, store, meter, method = 'crl', fetch = createCrlFetch(site) } = parts
  const lists = createHeldLists()
  const refreshing = new Map<string, Promise<void>>()
  const types: readonly ListType[] = method === 'delta' ? ['full', 'delta'] : ['full']
  let loading: Promise<void> | undefined
  let isLoaded = false

  const at = () => ({ anchors: trust.anchors(), now: site.clock.now() })

  const load = async () => {
    lists.remember(await store.crlNumbers())
    for (const { type, der, fetchedAt, ...list } of await store.crls())
      if (types.includes(type)) await lists.offer({ list, type, der, fetchedAt }, at())
    isLoaded = true
  }

  /** From when on the CA should have a newer list, asked again with patience once it was asked. */
  const listDueAt = (type: ListType, slot: Slot | undefined): number => {
    const held = slot?.[type]
    if (held === undefined) return type === 'full' ? -Infinity : (slot?.noDeltaAt ?? -Infinity) + patienceMs
    const newerAt = Math.min(held.head.thisUpdate + publicationMs[type], held.head.nextUpdate)
    return held.fetchedAt < newerAt ? newerAt : held.fetchedAt + patienceMs
  }
  const slotDueAt = (slot: Slot) => Math.min(...types.map((type) => listDueAt(type, slot)))
  const isDue = (slot: Slot) => site.clock.now() >= slotDueAt(slot)

  const fetchList = async (list: PublishedList, type: ListType, purpose: CheckPurpose) => {
    const der = await fetch.bytes(list, type)
    const fetchedAt = site.clock.now()
    if (der === undefined) {
      if (type === 'delta') lists.noteNoDelta(list, fetchedAt)
      return
    }
    meter.askedOfCa({ kind: list.kind, method, purpose })
    const numbered = await lists.offer({ list, type, der, fetchedAt }, at())
    if (numbered !== undefined) await store.keepCrl({ ...list, type, der, fetchedAt }, numbered)
  }

  /** The lists of the generation that issued the certificate; of all where that cannot be told. */
  const refresh = async ({ kind, issuer, purpose }: StatusQuestion) => {
    const known = trust.generations().find(({ fingerprint }) => fingerprint === issuer.fingerprint)
    const isWanted = (list: PublishedList) =>
      list.kind === kind && (known === undefined || list.generation === known.generation)
    try {
      for (const list of (await fetch.published()).filter(isWanted)) {
        for (const type of types)
          if (site.clock.now() >= listDueAt(type, lists.slot(list))) await fetchList(list, type, purpose)
      }
    } catch (error) {
      // What is held still counts until its nextUpdate.
      if (!(error instanceof Unreachable) && !(error instanceof Problem)) throw error
    }
  }

  const refreshTogether = (question: StatusQuestion) => {
    const key = `${question.kind} ${question.issuer.fingerprint}`
    const coming = refreshing.get(key) ?? refresh(question).finally(() => refreshing.delete(key))
    refreshing.set(key, coming)
    return coming
  }

  const lookup = (slot: Slot, serialNumber: string): ReturnType<Probe['lookup']> => {
    const delta = deltaOf(slot, site.clock.now())
    if (delta?.removed.has(serialNumber)) return undefined
    return delta?.index.lookup(serialNumber) ?? slot.full?.index.lookup(serialNumber)
  }

  const statusIn = (slot: Slot, serialNumber: string): KnownStatus | undefined => {
    const newest = deltaOf(slot, site.clock.now()) ?? slot.full
    if (newest === undefined) return undefined
    const found = lookup(slot, serialNumber)
    const asOf = newest.head.thisUpdate
    // A delta says nothing alone, so only a full list that decided by itself is evidence.
    const evidence = newest === slot.full ? { evidence: { type: 'crl' as const, der: newest.der } } : {}
    return found === undefined
      ? { certStatus: 'good', asOf, ...evidence }
      : { certStatus: 'revoked', ...found, asOf, ...evidence }
  }

  /** The slot that speaks of the certificate, with the newest lists that can be had. */
  const freshSlot = async (question: StatusQuestion): Promise<Slot | undefined> => {
    await (loading ??= load())
    const certificate = await question.certificate()
    const fitting = () => lists.fitting(question, site.clock.now(), certificate)
    const current = fitting()
    if (current === undefined || isDue(current)) await refreshTogether(question)
    return fitting()
  }

  const stateOf = (slot: Slot): HeldData => {
    const { list, full, refused } = slot
    const newest = deltaOf(slot, site.clock.now()) ?? full
    const { kind, partition } = list
    if (newest === undefined) return { kind, partition, state: 'empty', entryCount: 0, ...(refused && { refused }) }
    const { thisUpdate: asOf, nextUpdate, crlNumber } = newest.head
    return {
      ...{ kind, partition, asOf, nextUpdate, number: String(crlNumber), issuer: newest.issuer.fingerprint },
      state: lists.isInForce(newest, site.clock.now()) ? 'current' : 'stale',
      entryCount: (full?.head.entryCount ?? 0) + (newest === full ? 0 : newest.head.entryCount),
      ...(refused && { refused }),
    }
  }

  return {
    method,
    held: (question) => {
      const slot = isLoaded ? lists.fitting(question, site.clock.now()) : undefined
      return slot === undefined || isDue(slot) ? undefined : statusIn(slot, question.serialNumber)
    },
    of: async (question) => {
      const slot = await freshSlot(question)
      return slot && statusIn(slot, question.serialNumber)
    },
    probe: async (question) => {
      const slot = await freshSlot(question)
      const asOf = slot && (deltaOf(slot, site.clock.now()) ?? slot.full)?.head.thisUpdate
      if (slot === undefined || asOf === undefined) return undefined
      return { lookup: (serialNumber) => lookup(slot, serialNumber), asOf, until: Math.max(0, slotDueAt(slot)) }
    },
    state: () => lists.slots().map(stateOf),
  }
}
