/** The notice of a revocation on its way from the counter to the authority, as the evaluation API shows the municipality's actors. */
import type { ActorPage } from '../../../../sim/messages/evaluation.ts'
import type { Certificate } from './acts.ts'

export type OnTheWay = { stage: 'waiting'; dueAt: number } | { stage: 'sending' } | { stage: 'delivered'; at: number }

const idOf = ({ kind, serialNumber }: Pick<Certificate, 'kind' | 'serialNumber'>) => `${kind}-${serialNumber}`

/** Ids come in order: those after this one begin with the notice's own, as far as they are near it. */
export const justBefore = (certificate: Pick<Certificate, 'kind' | 'serialNumber'>) => idOf(certificate).slice(0, -1)

/** How the notice about a certificate stands; undefined where there is none: it was replaced, or ran out. */
export const noticeOf = (
  certificate: Pick<Certificate, 'kind' | 'serialNumber'>,
  { actors }: Pick<ActorPage, 'actors'>,
  delayMs: number,
): OnTheWay | undefined => {
  const notice = actors.find(({ id }) => id === idOf(certificate))
  if (notice === undefined) return undefined
  if (notice.state === 'delivered') return { stage: 'delivered', at: notice.changedAt }
  return notice.state === 'waiting' ? { stage: 'waiting', dueAt: notice.changedAt + delayMs } : { stage: 'sending' }
}
