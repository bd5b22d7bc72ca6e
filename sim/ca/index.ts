/** 認証局, the certification authority in the role of J-LIS: issues and revokes residents' certificates and tells how they stand. */
import type { Site } from '../core/site.ts'
import type { KeyAlgorithm } from '../pki/key.ts'
import type { PolicyArc } from '../pki/profile.ts'
import type { CardGeneration } from '../pki/validity.ts'
import { createApp } from './app.ts'
import { openAuthorities } from './authority.ts'
import { createCertifying } from './certifying.ts'
import { consentsTable, createConsentStore } from './consentStore.ts'
import { createCrlPublication } from './crlPublication.ts'
import { defaultDeltaIntervalMs, type Municipalities } from './crlSchedule.ts'
import { createCrlStore } from './crlStore.ts'
import { createGenerations } from './generation.ts'
import { createHeldLists } from './heldLists.ts'
import { createIssuing } from './issuing.ts'
import { createLatestBasicFour } from './latestBasicFour.ts'
import { certificateMachine } from './machine.ts'
import { createOcspAnswers, type OcspMode } from './ocspAnswer.ts'
import { createOcspSigners } from './ocspSigner.ts'
import { createRevocationPages } from './revocationPages.ts'
import { createRevoking, revocationEffects, type Revoke } from './revoking.ts'
import { createSerialLinks } from './serialLink.ts'
import { createSerials, type SerialNumbers } from './serialNumber.ts'
import { createSignedOrders } from './signedOrder.ts'
import { createSmartphones } from './smartphone.ts'
import { createSnapshotPublication } from './snapshotPublication.ts'
import { createSnapshotStore } from './snapshotStore.ts'
import { loadStatuses } from './statusLoad.ts'
import { caTables, createCaStore } from './store.ts'
import { createUsage } from './usage.ts'

export type CaApp = ReturnType<typeof createApp>

export type CaOptions = {
  /** The municipalities that may ask for certificates, by party id, named as certificates name them. */
  municipalities: Municipalities
  /** Where CA certificates are laid for verifiers to trust; nowhere unless given. */
  trustFolder?: string
  serialNumbers?: SerialNumbers
  /** Share of cards, 0 to 1, whose certificates come from the generation before the current one. */
  olderGenerationShare?: number
  /** The 2014 plan had no such service; it began on 2023-05-16. */
  latestBasicFour?: boolean
  deltaIntervalMs?: number
  ocspMode?: OcspMode
  /** P-256 is for comparison only. */
  ocspKey?: KeyAlgorithm
  /** Of the CA keys made from now on; p-384 as announced for the next card. */
  keyAlgorithm?: KeyAlgorithm
  cardGeneration?: CardGeneration
  policyArc?: PolicyArc
  /** Switches authorityInfoAccess on. */
  ocspUrl?: string
}

export const createCa = async (site: Site, options: CaOptions): Promise<{ app: CaApp }> => {
  const { municipalities, trustFolder, olderGenerationShare = 0, policyArc = 'simulation', ocspUrl } = options
  const { keyAlgorithm = 'rsa-2048', ocspKey = 'rsa-2048', cardGeneration = 'current' } = options
  await site.store.declare(...caTables, consentsTable)
  const statuses = await loadStatuses(site.store)
  const store = createCaStore(site.store, statuses)

  const serials = createSerials(store, site.random.fork('serial numbers'), options.serialNumbers ?? 'running')
  const authorities = await openAuthorities(site, { store, serials, keyAlgorithm })
  const signers = createOcspSigners(site, { store, serials, ocspKey })
  const published = {
    ...{ lists: createCrlStore(site.store), pages: createRevocationPages(site.store), held: createHeldLists() },
    ...{ authorities, municipalities },
  }
  const snapshots = createSnapshotPublication(site, { ...published, snapshots: createSnapshotStore(site.store) })
  const crls = createCrlPublication(site, {
    ...published,
    deltaIntervalMs: options.deltaIntervalMs ?? defaultDeltaIntervalMs,
  })
  const generations = await createGenerations(site, {
    ...{ store, authorities, ...(trustFolder !== undefined && { trustFolder }) },
    sayLast: async (generation, at) => {
      await signers.delegateLast(generation, site.clock.now())
      await crls.publishLast(generation, at)
      await snapshots.publishLast(generation, at)
    },
  })
  await crls.start()

  const revokeToo: Revoke = (named, reason, requestId) => revoking.revoke(named, reason, requestId)
  const certificates = site.actors.define('certificate', certificateMachine, revocationEffects(store, revokeToo))
  const revoking = createRevoking(site, { store, certificates })
  const certifying = createCertifying({
    ...{ store, authorities, municipalities, serials, certificates },
    profile: { policyArc, olderGenerationShare, ...(ocspUrl !== undefined && { ocspUrl }) },
  })
  const orders = createSignedOrders(site, store)
  const app = createApp(site, {
    ...{ authorities, generations, revoking, crls, snapshots },
    issue: createIssuing(site, { store, municipalities, certifying, revoke: revoking.revoke, cardGeneration }),
    answerOcsp: createOcspAnswers(site, { authorities, statuses, signers, mode: options.ocspMode ?? 'pre-signed' }),
    links: createSerialLinks(store),
    usage: createUsage(site, store),
    applyForSmartphone: createSmartphones(site, { store, certifying, orders }),
    ...(options.latestBasicFour === true && {
      latestBasicFour: createLatestBasicFour(site, { store, orders, consents: createConsentStore(site.store) }),
    }),
  })
  return { app }
}
