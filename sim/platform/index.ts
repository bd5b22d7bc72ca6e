/** 共通プラットフォーム, the common platform: the one accredited verifier, which checks signatures, presence and changes for many providers. */
import type { Site } from '../core/site.ts'
import { createApp } from './app.ts'
import { createAuthentication } from './authentication.ts'
import { createCertificateCheck } from './certificateCheck.ts'
import { createCertificateMemory } from './certificateMemory.ts'
import { challengeMachine } from './challengeMachine.ts'
import { createChangeCheck, createWatchList } from './changeCheck.ts'
import { createChangeSweeps } from './changeSweep.ts'
import { createClientCertificates } from './clientCertificate.ts'
import { createConsents } from './consent.ts'
import { consentMachine } from './consentMachine.ts'
import { createCrlSource } from './crlStatus.ts'
import { createEvidenceKeeping } from './evidence.ts'
import { createEvidenceDeletion } from './evidenceDeletion.ts'
import { createEvidenceStore, evidenceTables } from './evidenceStore.ts'
import { createHolders } from './holder.ts'
import { createLatestBasicFour } from './latestBasicFour.ts'
import { createLinking } from './link.ts'
import { linkMachine } from './linkMachine.ts'
import { createMeter, type Meter, meteringTable } from './meter.ts'
import { createOcspSource } from './ocspStatus.ts'
import type { Method, StatusSource } from './revocation.ts'
import { createRetention } from './retention.ts'
import { createRevocationStore, type RevocationStore, revocationTables } from './revocationStore.ts'
import { createSignatureVerification } from './signature.ts'
import { createSnapshotFetch } from './snapshotFetch.ts'
import { createSnapshotSource } from './snapshotStatus.ts'
import { createStampKeys } from './stampKey.ts'
import { createPeopleStore, peopleTables } from './store.ts'
import { storedCertificateMachine } from './storedCertificateMachine.ts'
import { sweepMachine } from './sweepMachine.ts'
import { createSubjects } from './subject.ts'
import { createTickets } from './ticket.ts'
import { createTrust, type Trust } from './trust.ts'
import { createProvingPool, createVerifications } from './verifications.ts'
import { createWatchStore, watchTables } from './watchStore.ts'

export type PlatformApp = ReturnType<typeof createApp>

export type PlatformOptions = {
  /** How the platform learns of revocations. */
  revocation: Method
  /** Where the certificates of the CAs lie that are trusted, put there out of band. */
  trustFolder: string
  /** Where snapshots are kept over a restart; nowhere unless given. */
  snapshotFolder?: string
  /** How often all stored certificates are looked up at once, where there are lists or snapshots; only by order unless given. */
  sweepEveryMs?: number
  /** Threads for verifying many signatures at once: one for each CPU unless told otherwise. */
  verificationThreads?: number
}

type SourceParts = { trust: Trust; store: RevocationStore; meter: Meter }

const createSource = (site: Site, options: PlatformOptions, { trust, store, meter }: SourceParts): StatusSource => {
  const { revocation, snapshotFolder: folder } = options
  if (revocation === 'ocsp') return createOcspSource(site, meter, trust)
  if (revocation !== 'snapshot') return createCrlSource(site, { trust, store, meter, method: revocation })
  const fetch = createSnapshotFetch(site)
  return createSnapshotSource(site, { trust, meter, fetch, ...(folder !== undefined && { folder }) })
}

export const createPlatform = async (site: Site, options: PlatformOptions): Promise<{ app: PlatformApp }> => {
  await site.store.declare(...peopleTables, ...revocationTables, ...evidenceTables, ...watchTables, meteringTable)
  const challenges = site.actors.define('challenge', challengeMachine)
  const consents = createConsents(site, site.actors.define('consent', consentMachine))
  const stored = site.actors.define('storedCertificate', storedCertificateMachine, {
    list: ({ id, context }) => list.list(id, context),
    strikeOff: ({ id }) => list.strikeOff(id),
  })
  const sweeps = site.actors.define('changeSweep', sweepMachine, {
    sweepAll: async ({ id }) => ({
      type: 'sweep.finished' as const,
      ...(await changeSweeps.sweepAll(id)),
      at: site.clock.now(),
    }),
  })
  const links = site.actors.define('link', linkMachine, {
    retireEarlier: async ({ context, requestId }) => {
      const { replaces } = context
      // One whose process died before its life began has none to end.
      if (replaces === undefined || (await links.find(replaces)) === undefined) return
      await links.send(replaces, { type: 'link.replaced' }, requestId)
    },
  })

  const store = createPeopleStore(site.store)
  const revocationStore = createRevocationStore(site.store)
  const meter = createMeter(site)
  const trust = createTrust(site, options.trustFolder)
  await trust.reload()
  const memory = createCertificateMemory()
  const source = createSource(site, options, { trust, store: revocationStore, meter })
  const check = createCertificateCheck(site, { trust, memory, source })
  const watch = createWatchStore(site.store)
  const list = createWatchList({ stored: () => stored, check, watch })
  const sample = list.certificate
  const changeSweeps = createChangeSweeps(site, { watch, trust, source, sweeps: () => sweeps, sample })
  if (options.sweepEveryMs !== undefined) changeSweeps.startEvery(options.sweepEveryMs)
  const pool = createProvingPool(options.verificationThreads)
  site.store.beforeClose(pool.close)
  const evidenceStore = createEvidenceStore(site.store)
  const planDeletion = createEvidenceDeletion(site, evidenceStore)
  await planDeletion()
  const evidence = createEvidenceKeeping(site, {
    ...{ store: evidenceStore, keys: createStampKeys(site, evidenceStore), trust, planDeletion },
    answers: source.method === 'ocsp' ? source : createOcspSource(site, meter),
  })
  const subjects = createSubjects(site, store)
  const holders = createHolders({ check, subjects })
  const tickets = createTickets(site, store, consents)
  const retention = createRetention(site, store)
  // What an earlier run of the process left.
  retention.expect()

  const app = createApp(site, {
    authentication: createAuthentication(site, { challenges, check, holders, store, tickets, retention }),
    clientCertificates: createClientCertificates({ check, holders, method: source.method }),
    verifySignature: createSignatureVerification(site, { check, stored, evidence }),
    checkChanges: createChangeCheck(site, { watch, list, trust, source, latestSweep: changeSweeps.latest }),
    linking: createLinking(site, { store, links, consents }),
    tickets,
    evidence,
    latestBasicFour: createLatestBasicFour(site, { stored, check }),
    verifications: createVerifications(site, { trust, memory, source, pool }),
    trust,
    changeSweeps,
    meter,
    stored,
    source,
  })
  return { app }
}
