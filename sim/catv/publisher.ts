/** Putting notices on screens: to everybody in an area, or to one household. */
import type { z } from 'zod'
import { DAY } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { areaNotice, type subscriberNotice } from '../messages/television.ts'
import { concerns } from './notice.ts'
import type { Notice, Register } from './store.ts'

/** A notice to a household is shown this long (assumed): whoever watches, its text says nothing of its cause. */
const shownForMs = 30 * DAY

export const createPublisher = (site: Site, register: Register) => {
  /** On how many boxes it appears. */
  const reach = async (notice: Notice) => {
    let setTopBoxes = 0
    for (const household of await register.currentSubscribers())
      if (concerns(notice, household)) setTopBoxes += (await register.setTopBoxesOf(household.subscriberNumber)).length
    return { setTopBoxes }
  }

  return {
    toArea: async (asked: z.output<typeof areaNotice>, publishedBy: string | null) => {
      const shownFrom = site.clock.now()
      const notice = { ...asked, subscriberNumber: null, shownFrom, publishedBy, about: null }
      await register.publish(notice)
      return reach(notice)
    },

    toSubscriber: async (asked: z.output<typeof subscriberNotice>, publishedBy: string) => {
      const { subscriberNumber, about = null } = asked
      if ((await register.subscriber(subscriberNumber)) === undefined)
        throw new Problem(404, 'no-such-subscriber', `there is no subscriber ${subscriberNumber}`)
      const shownFrom = site.clock.now()
      const times = { shownFrom, until: shownFrom + shownForMs }
      const notice = { ...asked, kind: 'subscriber', area: null, ...times, publishedBy, about }
      await register.publish(notice)
      return reach(notice)
    },

    /** To places, as far as they are shown now. */
    toAreas: async () => {
      const notices = await register.noticesAt(site.clock.now())
      return notices.flatMap(({ noticeId, area, kind, title, text, until, shownFrom, publishedBy }) => {
        const known = areaNotice.shape.kind.safeParse(kind)
        if (area === null || !known.success) return []
        const from = publishedBy === null ? {} : { from: publishedBy }
        return [{ noticeId, area, kind: known.data, title, text, until, shownFrom, ...from }]
      })
    },

    withdraw: async (noticeId: string) => {
      if (await register.withdrawNotice(noticeId, site.clock.now())) return
      throw new Problem(404, 'no-such-notice', `no notice ${noticeId} to an area is shown`)
    },
  }
}

export type Publisher = ReturnType<typeof createPublisher>
