/** Certificate status by CRL: each list fetched once per publication, held in memory and in the store, looked up locally. */
import { answer, Unreachable } from '../core/network.ts'
import { DAY, MINUTE } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { CaApp } from '../ca/index.ts'
import { checkCrl, type Crl, parseCrl, statusByCrl } from '../pki/crl.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { Anchors } from './anchors.ts'
import type { Meter } from './meter.ts'
import type { CertificateKind, CheckPurpose, StatusQuestion, StatusSource } from './revocation.ts'
import type { RevocationStore } from './revocationStore.ts'

/** Lists are published once a day (Digital Agency, JPKI introduction guide 5.1.2). */
const publicationMs = DAY
/** When the CA has nothing newer although it should, it is asked again after this (assumed). */
const patienceMs = 15 * MINUTE

type Held = {
  crl: Crl
  fetchedAt: number
  /** Issuers and distribution points for which the list was found fit, so that its signature is verified once. */
  fitFor: Set<string>
}

const readable = (der: Uint8Array): Crl | undefined => {
  try {
    return parseCrl(der)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

type Parts = { anchors: Anchors; store: RevocationStore; meter: Meter }

export const createCrlSource = (site: Site, { anchors, store, meter }: Parts): StatusSource => {
  const held = new Map<string, Held>()
  const refreshing = new Map<CertificateKind, Promise<void>>()
  let loaded: Promise<void> | undefined

  const load = async () => {
    for (const { kind, partition, der, fetchedAt } of await store.crls()) {
      const crl = readable(der)
      if (crl !== undefined) held.set(`${kind} ${partition}`, { crl, fetchedAt, fitFor: new Set() })
    }
  }

  /** A list that no pinned CA signed, or one older than what is held, never takes the place of one that counts. */
  const isBetter = async (kind: CertificateKind, crl: Crl, before: Held | undefined) => {
    if (before !== undefined && crl.thisUpdate < before.crl.thisUpdate) return false
    const now = site.clock.now()
    const issuers = (await anchors())?.filter((anchor) => anchor.kind === kind) ?? []
    return issuers.some(({ certificate: issuer }) => checkCrl(crl, { issuer, now }).result === 'ok')
  }

  const isDue = ({ crl, fetchedAt }: Held) => {
    const now = site.clock.now()
    const newerAt = Math.min(crl.thisUpdate + publicationMs, crl.nextUpdate)
    return now >= newerAt && (fetchedAt < newerAt || now >= fetchedAt + patienceMs)
  }

  const fetchList = async (kind: CertificateKind, partition: string, purpose: CheckPurpose) => {
    const ca = site.network.connect<CaApp>('ca')
    const response = await ca.crls[':kind'][':partition'].$get({ param: { kind, partition } })
    const der = new Uint8Array(await response.arrayBuffer())
    if (!response.ok) return
    await meter.askedOfCa({ kind, method: 'crl', purpose })
    const crl = readable(der)
    const key = `${kind} ${partition}`
    const before = held.get(key)
    const fetchedAt = site.clock.now()
    if (crl === undefined || !(await isBetter(kind, crl, before))) {
      if (before !== undefined) held.set(key, { ...before, fetchedAt })
      return
    }
    held.set(key, { crl, fetchedAt, fitFor: new Set() })
    await store.keepCrl({ kind, partition, der, fetchedAt })
  }

  const refresh = async (kind: CertificateKind, purpose: CheckPurpose) => {
    const ca = site.network.connect<CaApp>('ca')
    try {
      const { crls } = await answer(ca.crls.$get())
      for (const { partition } of crls.filter((listed) => listed.kind === kind)) {
        const before = held.get(`${kind} ${partition}`)
        if (before === undefined || isDue(before)) await fetchList(kind, partition, purpose)
      }
    } catch (error) {
      // What is held still counts until its nextUpdate.
      if (!(error instanceof Unreachable) && !(error instanceof Problem)) throw error
    }
  }

  const refreshTogether = (kind: CertificateKind, purpose: CheckPurpose) => {
    const coming = refreshing.get(kind) ?? refresh(kind, purpose).finally(() => refreshing.delete(kind))
    refreshing.set(kind, coming)
    return coming
  }

  const isFit = ({ crl, fitFor }: Held, { certificate, issuer }: StatusQuestion) => {
    const now = site.clock.now()
    if (now < crl.thisUpdate || now >= crl.nextUpdate) return false
    const scope = `${issuer.fingerprint} ${certificate.issuerHex} ${certificate.distributionPoints.map(({ hex }) => hex).join(' ')}`
    if (fitFor.has(scope)) return true
    const fit = checkCrl(crl, { issuer, certificate, now }).result === 'ok'
    if (fit) fitFor.add(scope)
    return fit
  }

  const fitting = (question: StatusQuestion) =>
    [...held].find(([key, list]) => key.startsWith(`${question.kind} `) && isFit(list, question))?.[1]

  return {
    method: 'crl',
    of: async (question) => {
      await (loaded ??= load())
      const current = fitting(question)
      if (current === undefined || isDue(current)) await refreshTogether(question.kind, question.purpose)
      const list = fitting(question)
      if (list === undefined) return undefined
      return { ...statusByCrl(list.crl, question.certificate.serialNumber), asOf: list.crl.thisUpdate }
    },
  }
}
