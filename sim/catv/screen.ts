/** What a television shows: its session as far as it goes, and the notices of its household. */
import type { z } from 'zod'
import type { ActorKind, State } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { screen } from '../messages/television.ts'
import type { session } from './machine.ts'
import { shownTo, takeoverAmong } from './notice.ts'
import type { Register, Subscriber } from './store.ts'

export type Screen = z.output<typeof screen>
type Ending = 'card.removed' | 'card.displaced' | 'subscription.cancelled'

export const createScreens = (site: Site, sessions: ActorKind<typeof session>, register: Register) => {
  const boxOf = async (setTopBoxId: string) => {
    const box = await register.setTopBox(setTopBoxId)
    const household = box && (await register.subscriber(box.subscriberNumber))
    if (box === undefined || household === undefined)
      throw new Problem(404, 'no-such-set-top-box', `there is no set-top box ${setTopBoxId}`)
    return { box, household }
  }

  const noticesFor = async (household: Subscriber, setTopBoxId: string) => {
    if (household.cancelledAt !== null) return { notices: [] }
    const notices = shownTo(household, await register.noticesAt(site.clock.now()))
    const takenOverBy = takeoverAmong(notices, await register.acknowledgedAt(setTopBoxId))
    return { ...(takenOverBy !== undefined && { takenOverBy }), notices }
  }

  const show = async (
    { id: sessionId, state, context }: State<typeof session>,
    household: Subscriber,
  ): Promise<Screen> => {
    const { refusal, remark, lacks, closesAt, health, setTopBoxId } = context
    return {
      sessionId,
      state,
      ...(refusal !== undefined && { refusal }),
      ...(remark !== undefined && { remark }),
      ...(lacks !== undefined && { lacks }),
      ...(closesAt !== undefined && { closesAt }),
      ...(health !== undefined && { health }),
      ...(await noticesFor(household, setTopBoxId)),
    }
  }

  return {
    boxOf,

    /** The screen as this session left it. */
    of: async (shown: State<typeof session>) => show(shown, (await boxOf(shown.context.setTopBoxId)).household),

    /** The screen of a box: `standby` while no card is in it, `cancelled` when the household has left. */
    at: async (setTopBoxId: string): Promise<Screen> => {
      const { box, household } = await boxOf(setTopBoxId)
      if (household.cancelledAt !== null) return { state: 'cancelled', notices: [] }
      const current = box.sessionId === null ? undefined : await sessions.find(box.sessionId)
      if (current !== undefined && !current.done) return show(current, household)
      return { state: 'standby', ...(await noticesFor(household, setTopBoxId)) }
    },

    /** End a session; one that has ended is left as it is. */
    close: async (sessionId: string | null, type: Ending) => {
      if (sessionId === null || (await sessions.get(sessionId)).done) return
      try {
        await sessions.send(sessionId, { type, at: site.clock.now() })
      } catch (error) {
        // Ended by its own timer in between.
        if (!(error instanceof Problem) || error.status !== 409) throw error
      }
    },
  }
}
