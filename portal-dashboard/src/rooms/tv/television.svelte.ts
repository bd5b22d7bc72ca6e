/** One television as its set-top box keeps it: the operator's screen, the card in the reader, and what the viewer does. */
import { asFailure, type Failure } from '../../lib/failure.ts'
import { pulse, tellLost } from '../../lib/pulse.svelte.ts'
import { boxAt, type ReaderShown, type Screen, type Session } from './calls.ts'

export type PinSaid = { outcome: 'wrong'; triesLeft: number } | { outcome: 'blocked' }
type Work = 'insert' | 'takeOut' | 'logIn' | 'logOut' | 'acknowledge' | 'sign'

/** Keys keep the session open; the operator need not hear of each (assumed, as its API recommends). */
const keepOpenMs = 60_000

export const createTelevision = (operator: string, setTopBoxId: string) => {
  const box = boxAt(operator, setTopBoxId)
  let screen = $state.raw<Screen>()
  let reader = $state.raw<ReaderShown>()
  let busy = $state<Work>()
  let failure = $state.raw<Failure>()
  let unreached = $state.raw<Failure>()
  let pinSaid = $state.raw<PinSaid>()
  let agreed = $state(false)
  let session: Session | undefined
  let asked = 0
  let keptOpenAt = -Infinity

  /** What an earlier question still brings is not shown any more. */
  const show = (next: Screen) => {
    asked += 1
    screen = next
  }

  const fail = (error: unknown): Failure => {
    const known = asFailure(error)
    if (known.kind === 'offline') tellLost()
    return known
  }

  const refresh = async () => {
    if (busy !== undefined) return
    asked += 1
    const mine = asked
    try {
      const [nextScreen, nextReader] = await Promise.all([box.screen(), box.reader()])
      if (mine !== asked) return
      screen = nextScreen
      reader = nextReader
      unreached = undefined
      // The card was taken out elsewhere, or the terminals began anew: nothing of its holder stays.
      if (nextReader.card === undefined && nextScreen.sessionId !== undefined)
        screen = await box.end(nextScreen.sessionId)
    } catch (error) {
      if (mine === asked) unreached = fail(error)
    }
  }

  /** One thing at a time. */
  const work = async (what: Work, job: () => Promise<void>) => {
    if (busy !== undefined) return
    busy = what
    failure = undefined
    try {
      await job()
    } catch (error) {
      failure = fail(error)
      session = undefined
    }
    busy = undefined
    await refresh()
  }

  const begin = async (): Promise<Session> => {
    session = await box.begin()
    show(await box.screen())
    return session
  }

  const isOver = ({ challenge }: Session) => pulse.now !== undefined && challenge.expiresAt <= pulse.now

  const forget = () => {
    session = undefined
    pinSaid = undefined
    agreed = false
  }

  /** The screen is dark before anybody is asked. */
  const clear = async () => {
    const sessionId = screen?.sessionId
    if (screen !== undefined)
      show({
        state: 'standby',
        notices: screen.notices,
        ...(screen.takenOverBy && { takenOverBy: screen.takenOverBy }),
      })
    forget()
    if (sessionId !== undefined) show(await box.end(sessionId))
  }

  return {
    operator,
    setTopBoxId,
    box,
    get screen() {
      return screen
    },
    get reader() {
      return reader
    },
    get card() {
      return reader?.card
    },
    get busy() {
      return busy
    },
    /** What was tried last did not work. */
    get failure() {
      return failure
    },
    /** The box cannot show its screen at all. */
    get unreached() {
      return unreached
    },
    get pinSaid() {
      return pinSaid
    },
    get agreed() {
      return agreed
    },
    refresh,
    work,
    forgetFailure: () => (failure = undefined),

    /** A card in; one that was there comes out first. The box then begins a session. */
    insert: (residentId: string) =>
      work('insert', async () => {
        await clear()
        reader = await box.insert(residentId)
        await begin()
      }),

    takeOut: () =>
      work('takeOut', async () => {
        const ended = clear()
        reader = await box.takeOut()
        await ended
      }),

    /** The card stays; what is its holder's is gone from the screen. */
    logOut: () => work('logOut', clear),

    /** The viewer agrees, and enters the PIN again for it: it was not kept. */
    agree: () => {
      agreed = true
      pinSaid = undefined
      return work('logIn', async () => void (await begin()))
    },

    logIn: (pin: string) =>
      work('logIn', async () => {
        const known = session !== undefined && !isOver(session) ? session : await begin()
        const { challengeId, challenge } = known.challenge
        const proved = await box.prove({ challengeId, challenge }, pin)
        pinSaid = proved.outcome === 'proved' ? undefined : proved
        if (proved.outcome !== 'proved') return
        session = undefined
        const { certificate, signature } = proved
        show(await box.logIn(known.sessionId, { certificate, signature, consentGiven: agreed }))
        agreed = false
      }),

    acknowledge: (noticeId: string) => work('acknowledge', async () => show(await box.acknowledge(noticeId))),

    /** A key was pressed. */
    keepOpen: async () => {
      const sessionId = screen?.sessionId
      if (sessionId === undefined || busy !== undefined || performance.now() - keptOpenAt < keepOpenMs) return
      keptOpenAt = performance.now()
      try {
        const next = await box.keepOpen(sessionId)
        if (busy === undefined) show(next)
      } catch (error) {
        if (fail(error).kind !== 'offline') await refresh()
      }
    },
  }
}

export type Television = ReturnType<typeof createTelevision>
