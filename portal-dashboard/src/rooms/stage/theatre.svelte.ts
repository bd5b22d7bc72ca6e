/** One run on the stage: its events as they come, the rows made of them, and the playhead over them. */
import { untrack } from 'svelte'
import type { DisplayEvent, Outline, Run } from '../../../../sim/messages/evaluation.ts'
import { evaluation } from '../../lib/evaluation.ts'
import { asFailure, type Failure } from '../../lib/failure.ts'
import { every } from '../../lib/every.ts'
import { pulse, tellLost } from '../../lib/pulse.svelte.ts'
import { follow } from '../../lib/stream.ts'
import { noteTaking } from './geometry.ts'
import { createLog, settleCases } from './log.ts'
import { createPlayer } from './player.svelte.ts'
import { blocksOf, extendRows, firstScene, rowOf, rowsOf, type Block, type Row } from './rows.ts'

/** Events asked for at once, and of the open world's past no more than so many (assumed). */
const pageOf = 1000
const livePast = 2000

/** How often the story so far is asked for while a run goes on (assumed). */
const storyMs = 1500

export type Theatre = ReturnType<typeof createTheatre>

/** To be called while a component is made; `begin` is where to stand at first, an event's id. */
export const createTheatre = (run: () => string, begin: () => string | null) => {
  const log = createLog()
  let rows = $state.raw<Row[]>([])
  let blocks = $state.raw<Block[]>([])
  let facts = $state.raw<Run>()
  let outline = $state.raw<Outline>()
  let failure = $state.raw<Failure>()
  let total = $state(0)
  let loading = $state(true)
  let following = $state(false)
  let lost = $state(false)
  let options = $state.raw({ transitions: false, fold: true })
  const player = createPlayer(() => rows.length)

  /** Everybody who took part in anything shown. */
  let taking = $state.raw<ReadonlySet<string>>(new Set())

  /** Show rows, of which the first `same` stood there before. */
  const show = (next: Row[], same: number) => {
    const all = new Set(same === 0 ? [] : taking)
    for (let index = same; index < next.length; index++) {
      const event = next[index]?.event
      if (event !== undefined) noteTaking(all, event)
    }
    if (same === 0 || all.size !== taking.size) taking = all
    rows = next
    blocks = blocksOf(next, same === 0 ? [] : blocks)
  }

  /** Make all rows anew, and stand where one stood. */
  const rebuild = () => {
    const stood = rows[player.at]?.event
    show(rowsOf(log.events, options), 0)
    player.moved(stood === undefined ? 0 : rowOf(rows, stood) - player.at)
  }

  const take = (events: readonly DisplayEvent[]) => {
    const before = log.events.length
    const changed = log.add(events)
    if (changed === undefined || changed < before) return rebuild()
    const next = rows.slice()
    const last = next.at(-1)
    if (last !== undefined) next[next.length - 1] = { ...last, events: last.events.slice() }
    extendRows(next, log.events.slice(before), options)
    show(next, rows.length)
    player.moved(0)
  }

  const stand = () => {
    const wanted = begin()
    const found = wanted === null ? -1 : rows.findIndex(({ events }) => events.some(({ id }) => id === wanted))
    if (found >= 0) player.goTo(found)
    else if (run() === 'live') player.toNewest()
    else player.goTo(firstScene(blocks))
  }

  /** Read everything there is from a place on; the cursor behind it. */
  const readAll = async (id: string, from: number | undefined, signal: AbortSignal): Promise<string> => {
    let after: string | undefined
    for (;;) {
      const where = after === undefined ? (from === undefined ? {} : { from }) : { after }
      const page = await evaluation.events(id, { ...where, limit: pageOf }, signal)
      total = page.total
      take(page.events)
      if (after === undefined) stand()
      after = page.next
      if (!page.more) return after
    }
  }

  const open = async (id: string, signal: AbortSignal): Promise<void> => {
    log.clear()
    show([], 0)
    failure = undefined
    loading = true
    try {
      ;[facts, outline] = await Promise.all([evaluation.run(id, signal), evaluation.outline(id, signal)])
      const { state } = facts.summary
      const from = id === 'live' ? Math.max(0, (outline.lastOrder ?? 0) - livePast) : undefined
      const after = await readAll(id, from, signal)
      if (begin() !== null) stand()
      if (state === 'live' || state === 'playing' || state === 'queued') attend(id, after, signal)
    } catch (error) {
      if (signal.aborted) return
      failure = asFailure(error)
      if (failure.kind === 'offline') tellLost()
    }
    if (!signal.aborted) loading = false
  }

  /** A run that has just ended is read again: only then is known which case every event belongs to. */
  const ended = async (id: string, signal: AbortSignal) => {
    following = false
    const stood = rows[player.at]?.event
    const speed = player.playing
    await open(id, signal)
    if (stood === undefined || signal.aborted) return
    player.goTo(rowOf(rows, stood))
    if (speed) player.play()
  }

  /** While a run goes on, its parties and cases become known bit by bit. */
  const learnStory = async (id: string, signal: AbortSignal) => {
    const known = outline?.total
    if (known === total) return
    try {
      const told = await evaluation.outline(id, signal)
      if (facts?.parties.length !== told.parties.length) facts = await evaluation.run(id, signal)
      outline = told
      if (settleCases(log.events, told.cases)) rebuild()
    } catch (error) {
      if (!signal.aborted && asFailure(error).kind === 'offline') tellLost()
    }
  }

  const attend = (id: string, after: string, signal: AbortSignal) => {
    following = true
    const begun = rows.length > 0
    let first = !begun
    const close = follow(id, after, {
      onEvents: (events, count) => {
        total = Math.max(total, count)
        take(events)
        if (first && firstScene(blocks) > 0) {
          first = false
          player.goTo(firstScene(blocks))
          player.play()
        }
      },
      onEnd: () => void ended(id, signal),
      onLost: (down) => {
        lost = down
        if (down) tellLost()
      },
    })
    signal.addEventListener('abort', close)
    signal.addEventListener(
      'abort',
      every(storyMs, () => void (following && learnStory(id, signal))),
    )
  }

  let attempt = $state(0)
  $effect(() => {
    const id = run()
    void attempt
    const control = new AbortController()
    untrack(() => void open(id, control.signal))
    return () => control.abort()
  })
  let seen = untrack(() => pulse.returns)
  $effect(() => {
    if (pulse.returns === seen) return
    seen = pulse.returns
    if (untrack(() => failure) !== undefined) attempt += 1
  })

  return {
    player,
    get events(): readonly DisplayEvent[] {
      void rows
      return log.events
    },
    get rows() {
      return rows
    },
    get blocks() {
      return blocks
    },
    get taking() {
      return taking
    },
    get facts() {
      return facts
    },
    get outline() {
      return outline
    },
    get failure() {
      return failure
    },
    get total() {
      return total
    },
    get loading() {
      return loading
    },
    get following() {
      return following
    },
    get lost() {
      return lost
    },
    get options() {
      return options
    },
    set options(wanted) {
      options = wanted
      rebuild()
    },
    retry: () => void (attempt += 1),
  }
}
