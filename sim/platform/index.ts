/** 共通プラットフォーム, the common platform: the one accredited verifier, which checks signatures, presence and changes for many providers. */
import type { Site } from '../core/site.ts'
import { createAnchors } from './anchors.ts'
import { createApp } from './app.ts'
import { createAuthentication } from './authentication.ts'
import { createCertificateCheck } from './certificateCheck.ts'
import { challengeMachine } from './challengeMachine.ts'
import { createChangeCheck } from './changeCheck.ts'
import { createConsents } from './consent.ts'
import { consentMachine } from './consentMachine.ts'
import { createCrlSource } from './crlStatus.ts'
import { createLinking } from './link.ts'
import { linkMachine } from './linkMachine.ts'
import { createMeter, meteringTable } from './meter.ts'
import { createOcspSource } from './ocspStatus.ts'
import type { Method } from './revocation.ts'
import { createRevocationStore, revocationTables } from './revocationStore.ts'
import { createSignatureVerification } from './signature.ts'
import { createPeopleStore, peopleTables } from './store.ts'
import { storedCertificateMachine } from './storedCertificateMachine.ts'
import { createSubjects } from './subject.ts'
import { createTickets } from './ticket.ts'

export type PlatformApp = ReturnType<typeof createApp>

/** `revocation` is how the platform learns of revocations: a question for each certificate, or the published lists. */
export type PlatformOptions = { revocation: Method }

export const createPlatform = async (site: Site, options: PlatformOptions): Promise<{ app: PlatformApp }> => {
  await site.store.declare(...peopleTables, ...revocationTables, meteringTable)
  const challenges = site.actors.define('challenge', challengeMachine)
  const consents = createConsents(site, site.actors.define('consent', consentMachine))
  const stored = site.actors.define('storedCertificate', storedCertificateMachine)
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
  const anchors = createAnchors(site, revocationStore)
  const source =
    options.revocation === 'ocsp'
      ? createOcspSource(site, meter)
      : createCrlSource(site, { anchors, store: revocationStore, meter })
  const check = createCertificateCheck(site, anchors, source)
  const subjects = createSubjects(site, store)
  const tickets = createTickets(site, store, consents)

  const app = createApp(site, {
    authentication: createAuthentication(site, { challenges, check, subjects, store, tickets }),
    verifySignature: createSignatureVerification(site, { check, stored }),
    checkChanges: createChangeCheck(site, { stored, check, source }),
    linking: createLinking(site, { store, links, consents }),
    tickets,
    meter,
    stored,
    method: source.method,
  })
  return { app }
}
