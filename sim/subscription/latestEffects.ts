/** What a contract asks of the platform for 最新の利用者情報(4情報)提供サービス: that consent is entered, and the latest basic four. */
import type { Effect } from '../core/actors.ts'
import { insist } from '../core/attempt.ts'
import { answer, once } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { PlatformApp } from '../platform/index.ts'
import type { contract } from './contractMachine.ts'

export const createLatestEffects = (site: Site): Record<string, Effect<typeof contract>> => {
  const platform = site.network.connect<PlatformApp>('platform')
  return {
    /** One that the authority does not accept leaves the contract as it would be without. */
    forwardConsent: async ({ params: { basicFourConsent: signedDocument }, requestId }) => {
      const call = answer(platform['basic-four-consents'].$post({ json: { signedDocument } }, once(requestId)))
      const entered = await insist('platform', call)
      if (entered.outcome === 'answered') return { type: 'latest-consent.entered', at: site.clock.now() }
    },

    askLatest: async ({ params: { storedCertificateId }, requestId }) => {
      if (storedCertificateId === undefined) return
      const call = answer(platform['latest-basic-four'].$post({ json: { storedCertificateId } }, once(requestId)))
      const asked = await insist('platform', call)
      const about = { storedCertificateId, at: site.clock.now() }
      if (asked.outcome === 'refused') return { type: 'latest-data.denied', ...about }
      const { value } = asked
      if (value.outcome === 'given') return { type: 'latest-data.given', basicFour: value.basicFour, ...about }
      return { type: value.outcome === 'nothing-new' ? 'latest-data.unchanged' : 'latest-data.denied', ...about }
    },
  }
}
