/** What a contract asks of the platform, what it shows on televisions, and what it has done by hand. */
import { createHash } from 'node:crypto'
import type { CatvApp } from '../catv/index.ts'
import type { Effect } from '../core/actors.ts'
import { answer, once } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { PlatformApp } from '../platform/index.ts'
import { readApplication, refuseSigner } from './assessment.ts'
import { attempt, insist } from '../core/attempt.ts'
import type { RefusalReason } from './contract.ts'
import type { contract } from './contractMachine.ts'
import { createLatestEffects } from './latestEffects.ts'
import type { Files } from './store.ts'

type Provider = { nameJa: string; service: string }

/** An operator that stays silent this often (about two days) is left; the letter is under way anyway (assumed). */
const patience = 48

/** The same for the same effect, in the form of an id. */
const noticeIdOf = (requestId: string) => `notice-${createHash('sha256').update(requestId).digest('hex').slice(0, 32)}`

/** On the family's television: says whose notice it is, and nothing of its cause. */
const television = ({ nameJa }: Provider) => ({
  title: 'ご契約先からのお知らせ',
  text: `${nameJa}からお知らせがあります。郵送の書面をご確認ください。`,
})

export const createContractEffects = (
  site: Site,
  { files, provider }: { files: Files; provider: Provider },
): Record<string, Effect<typeof contract>> => {
  const platform = site.network.connect<PlatformApp>('platform')
  const now = () => site.clock.now()

  const verify = (signedDocument: string, keepForChangeChecks: boolean, requestId: string) =>
    insist(
      'platform',
      answer(platform.signatures.$post({ json: { signedDocument, keepForChangeChecks } }, once(requestId))),
    )

  /** Kept for change checks where the document consents to it; what it says is read only once the platform accepted it. */
  const verifyAndKeep = async (signedDocument: string, requestId: string) => {
    const kept = await verify(signedDocument, true, requestId)
    const withoutConsent =
      kept.outcome === 'answered' && kept.value.outcome === 'refused' && kept.value.reason === 'no-consent'
    return withoutConsent ? verify(signedDocument, false, `${requestId}:not-kept`) : kept
  }

  return {
    ...createLatestEffects(site),

    verify: async ({ context: { customer }, params: { signedDocument, basicFourConsent, at }, requestId }) => {
      const asked = await verifyAndKeep(signedDocument, requestId)
      if (asked.outcome === 'refused') return { type: 'application.refused', reason: 'malformed', at: now() }
      if (asked.value.outcome === 'refused')
        return { type: 'application.refused', reason: asked.value.reason, at: now() }
      const { basicFour, document, storedCertificateId, signedAt = at } = asked.value
      const refused = (reason: RefusalReason) =>
        ({ type: 'application.refused', reason, storedCertificateId, at: now() }) as const
      const application = readApplication(document, { id: site.id, service: provider.service })
      if (application === undefined) return refused('wrong-document')
      if (!(await files.useNonce(application.nonce, { by: requestId, at }))) return refused('nonce-unknown')
      const reason = refuseSigner(application.applicant, basicFour, customer)
      if (reason !== undefined) return refused(reason)
      const accepted = { customer: basicFour, television: application.television, storedCertificateId, signedAt }
      return { type: 'application.accepted', accepted, ...(basicFourConsent && { basicFourConsent }), at: now() }
    },

    forgetStored: async ({ params: { storedCertificateId }, requestId }) => {
      if (storedCertificateId === undefined) return
      const stored = platform['stored-certificates'][':storedCertificateId']
      const call = stored.withdrawals.$post({ param: { storedCertificateId } }, once(requestId))
      await insist('platform', answer(call))
    },

    showOnTelevision: async ({ id: about, context, requestId, attempts }) => {
      const { asked, television: at } = context
      if (asked === undefined || at === undefined) return
      const { operator, subscriberNumber } = at
      const json = { noticeId: noticeIdOf(requestId), subscriberNumber, about, ...television(provider) }
      const catv = site.network.connect<CatvApp>(operator)
      const call = answer(catv['subscriber-notices'].$post({ json }, once(requestId)))
      const shown = await (attempts < patience ? insist(operator, call) : attempt(call))
      if (shown.outcome === 'answered' && shown.value.setTopBoxes > 0)
        return { type: 'notice.sent', by: 'television', what: asked, at: now() }
    },

    sendLetter: async ({ id: contractId, context: { customer, asked }, requestId }) => {
      if (asked === undefined || customer === undefined) return
      const { name, address } = customer
      await files.sendLetter({ letterId: requestId, contractId, name, address, what: asked, sentAt: now() })
      return { type: 'notice.sent', by: 'letter', what: asked, at: now() }
    },

    checkDeath: ({ id: contractId, requestId }) =>
      files.beginDeathCheck({ deathCheckId: requestId, contractId, begunAt: now() }),
  }
}
