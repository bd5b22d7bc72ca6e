/** Which notices a household sees, and in which order. */
import type { Notice, Subscriber } from './store.ts'

/** Addresses are compared without spaces and in one width (assumed). */
const plain = (address: string) => address.normalize('NFKC').replace(/\s/g, '')

export const concerns = (
  { area, subscriberNumber }: Pick<Notice, 'area' | 'subscriberNumber'>,
  household: Subscriber,
) =>
  area === null ? subscriberNumber === household.subscriberNumber : plain(household.address).startsWith(plain(area))

/** Evacuation takes over the screen; what is not listed comes last (assumed). */
const urgency = ['evacuation', 'disaster', 'municipal']
const rank = ({ kind }: Notice) => (urgency.includes(kind) ? urgency.indexOf(kind) : urgency.length)

/** What to show: the most urgent first, then the newest. */
export const shownTo = (household: Subscriber, notices: Notice[]) =>
  notices
    .filter((notice) => concerns(notice, household))
    .sort((a, b) => rank(a) - rank(b) || b.shownFrom - a.shownFrom || a.noticeId.localeCompare(b.noticeId))
    .map(({ noticeId, kind, title, text, publishedBy, about, shownFrom }) => ({
      ...{ noticeId, kind, title, text, shownFrom },
      ...(publishedBy !== null && { from: publishedBy }),
      ...(about !== null && { about }),
    }))

/** The notice that covers the screen until it is acknowledged at this box. */
export const takeoverAmong = (
  shown: readonly { noticeId: string; kind: string }[],
  acknowledged: ReadonlySet<string>,
): string | undefined =>
  shown.find(({ kind, noticeId }) => kind === urgency[0] && !acknowledged.has(noticeId))?.noticeId
