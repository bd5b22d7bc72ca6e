/** 認証局, the certification authority in the role of J-LIS: issues and revokes residents' certificates and tells how they stand. */
import type { Site } from '../core/site.ts'
import { createApp } from './app.ts'
import { openAuthorities } from './authority.ts'
import { createCrlPublication, type Municipalities } from './crlPublication.ts'
import { createIssuing } from './issuing.ts'
import { certificateMachine } from './machine.ts'
import { createOcspAnswers } from './ocspAnswer.ts'
import { createRevoking, revocationEffects } from './revoking.ts'
import { createSerialLinks } from './serialLink.ts'
import { caTables, createCaStore } from './store.ts'

export type CaApp = ReturnType<typeof createApp>

/** The municipalities that may ask for certificates, by party id, named as certificates name them. */
export type CaOptions = { municipalities: Municipalities }

export const createCa = async (site: Site, { municipalities }: CaOptions): Promise<{ app: CaApp }> => {
  await site.store.declare(...caTables)
  const store = createCaStore(site.store)
  const certificates = site.actors.define('certificate', certificateMachine, revocationEffects(store))
  const authorities = await openAuthorities(site, store)
  const revoking = createRevoking(site, { store, certificates })
  const parts = { store, authorities, municipalities, certificates }
  const app = createApp(site, {
    store,
    authorities,
    issue: createIssuing(site, { ...parts, revoke: revoking.revoke }),
    revoking,
    crls: createCrlPublication(site, parts),
    answerOcsp: createOcspAnswers(site, parts),
    links: createSerialLinks(store),
  })
  return { app }
}
