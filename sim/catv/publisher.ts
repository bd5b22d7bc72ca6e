/** Putting notices on screens: to everybody in an area, or to one household. */
import type { z } from 'zod'
import { DAY } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { areaNotice, subscriberNotice } from '../messages/television.ts'
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
    toArea: async (asked: z.output<typeof areaNotice>) => {
      const notice = { ...asked, subscriberNumber: null, shownFrom: site.clock.now() }
      await register.publish(notice)
      return reach(notice)
    },

    toSubscriber: async (asked: z.output<typeof subscriberNotice>) => {
      const { subscriberNumber } = asked
      if ((await register.subscriber(subscriberNumber)) === undefined)
        throw new Problem(404, 'no-such-subscriber', `there is no subscriber ${subscriberNumber}`)
      const shownFrom = site.clock.now()
      const notice = { ...asked, kind: 'subscriber', area: null, shownFrom, until: shownFrom + shownForMs }
      await register.publish(notice)
      return reach(notice)
    },
  }
}
