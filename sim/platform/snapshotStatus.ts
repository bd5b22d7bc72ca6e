/** Certificate status by signed numbered snapshots: one index in memory for each CA generation, brought up to date by deltas. */
import { join } from 'node:path'
import { MINUTE } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import type { Certificate } from '../pki/certificate.ts'
import { createLiveIndex, type LiveIndex, type LoadResult } from '../revocation/index.ts'
import type { Meter } from './meter.ts'
import type {
  CertificateKind,
  CheckPurpose,
  HeldData,
  KnownStatus,
  Probe,
  SharedStatus,
  StatusQuestion,
  StatusSource,
} from './revocation.ts'
import type { SnapshotFetch } from './snapshotFetch.ts'
import type { Trust } from './trust.ts'

/** The CA's data are of the last quarter of an hour, as those of its OCSP responder (assumed). */
const refreshEveryMs = 15 * MINUTE
/** When the CA could not be reached or sent nothing fit, it is asked again after this (assumed). */
const patienceMs = MINUTE

type Live = {
  kind: CertificateKind
  issuer: Certificate
  generation: number
  index: LiveIndex
  /** When the CA is to be asked again. */
  dueAt: number
  refused?: { reason: string; at: number }
}

type Parts = {
  trust: Pick<Trust, 'anchors' | 'generations'>
  meter: Meter
  fetch: SnapshotFetch
  /** Where accepted snapshots are kept over a restart. */
  folder?: string
}

export const createSnapshotSource = (site: Site, parts: Parts): StatusSource => {
  const { trust, meter, fetch, folder } = parts
  const lives = new Map<string, Live>()
  const refreshing = new Map<string, Promise<void>>()
  let shared: SharedStatus[] = []

  const openLive = async (kind: CertificateKind, issuer: Certificate): Promise<Live> => {
    const generation =
      trust.generations().find(({ fingerprint }) => fingerprint === issuer.fingerprint)?.generation ?? 0
    const kept = folder === undefined ? {} : { folder: join(folder, `${kind}-${issuer.fingerprint.slice(0, 16)}`) }
    const index = await createLiveIndex({ kind, issuer, now: site.clock.now, ...kept })
    return { kind, issuer, generation, index, dueAt: -Infinity }
  }

  const take = async (live: Live, load: () => Promise<LoadResult | undefined>): Promise<boolean> => {
    const loaded = await load()
    if (loaded?.result === 'refused') live.refused = { reason: loaded.reason, at: site.clock.now() }
    return loaded?.result === 'ok'
  }

  /** A delta upon what is held; where there is none, or it leaves a gap, the whole snapshot. */
  const bringUpToDate = async (live: Live, purpose: CheckPurpose): Promise<boolean> => {
    const { kind, generation, index } = live
    const list = { kind, generation }
    const number = index.current()?.number
    if (number !== undefined) {
      const delta = await fetch.delta(list, number)
      if (delta === 'none-yet') return true
      if (delta !== undefined) {
        meter.askedOfCa({ kind, method: 'snapshot', purpose })
        if (await take(live, () => index.apply([delta]))) return true
      }
    }
    const full = await fetch.full(list)
    if (full === undefined) return false
    meter.askedOfCa({ kind, method: 'snapshot', purpose })
    return take(live, () => index.load([full]))
  }

  const publishShared = () => {
    shared = [...lives.values()].flatMap(({ issuer, index, dueAt }) => {
      const state = index.current()
      if (state === undefined) return []
      const until = Math.min(dueAt, state.nextUpdate)
      return [{ issuer: issuer.fingerprint, index: state.index.share(), asOf: state.thisUpdate, until }]
    })
  }

  const refresh = async (live: Live, purpose: CheckPurpose) => {
    const isDone = await bringUpToDate(live, purpose)
    const now = site.clock.now()
    live.dueAt = now + (isDone ? refreshEveryMs : patienceMs)
    publishShared()
  }

  const liveOf = async (kind: CertificateKind, issuer: Certificate): Promise<Live> => {
    const known = lives.get(issuer.fingerprint)
    if (known !== undefined) return known
    const made = await openLive(kind, issuer)
    const live = lives.get(issuer.fingerprint) ?? made
    lives.set(issuer.fingerprint, live)
    return live
  }

  /** The generation's data, as fresh as they can be had; many who ask at once wait for one refresh. */
  const fresh = async (kind: CertificateKind, issuer: Certificate, purpose: CheckPurpose): Promise<Live> => {
    const live = await liveOf(kind, issuer)
    if (site.clock.now() < live.dueAt) return live
    const key = issuer.fingerprint
    const coming = refreshing.get(key) ?? refresh(live, purpose).finally(() => refreshing.delete(key))
    refreshing.set(key, coming)
    await coming
    return live
  }

  const statusIn = ({ index }: Live, serialNumber: string): KnownStatus | undefined => {
    const asOf = index.current()?.thisUpdate
    const status = index.certStatus(serialNumber)
    return asOf === undefined || status.certStatus === 'unknown' ? undefined : { ...status, asOf }
  }

  const stateOf = ({ kind, issuer, index, refused }: Live): HeldData => {
    const { state, number, asOf, nextUpdate, entryCount } = index.status()
    return {
      ...{ kind, issuer: issuer.fingerprint, state, entryCount },
      ...(number !== undefined && { number: String(number) }),
      ...(asOf !== undefined && { asOf }),
      ...(nextUpdate !== undefined && { nextUpdate }),
      ...(refused && { refused }),
    }
  }

  return {
    method: 'snapshot',
    held: ({ issuer, serialNumber }) => {
      const live = lives.get(issuer.fingerprint)
      return live === undefined || site.clock.now() >= live.dueAt ? undefined : statusIn(live, serialNumber)
    },
    of: async ({ kind, issuer, purpose, serialNumber }: StatusQuestion) =>
      statusIn(await fresh(kind, issuer, purpose), serialNumber),
    probe: async ({ kind, issuer, purpose }): Promise<Probe | undefined> => {
      const live = await fresh(kind, issuer, purpose)
      const state = live.index.current()
      if (state === undefined || live.index.status().state !== 'current') return undefined
      const until = Math.min(live.dueAt, state.nextUpdate)
      return { lookup: (serialNumber) => state.index.lookup(serialNumber), asOf: state.thisUpdate, until }
    },
    state: () => [...lives.values()].map(stateOf),
    share: async () => {
      for (const { kind, certificate } of trust.anchors()) await fresh(kind, certificate, 'verification')
      return shared
    },
  }
}
