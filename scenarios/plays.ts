/** Scenarios played on request, each in a process of its own, so that the open world goes on undisturbed. */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { createClock, SECOND } from '../sim/core/clock.ts'
import { ShownProblem, type Plays } from '../sim/evaluation/index.ts'
import type { Play } from '../sim/messages/evaluation.ts'
import type { Variables } from '../sim/variables.ts'
import { completeVariables } from '../sim/world.ts'
import { cancelledCode, type PlayNews, type PlayOrder } from './playChild.ts'
import { nameRun } from './runner.ts'
import type { Scenario } from './scenario.ts'

/** Played at once, and waiting (assumed): the machine has few cores, and people look at one stage at a time. */
const mostAtOnce = 2
const mostWaiting = 20
/** Plays whose progress is remembered once they have ended (assumed); their runs stay. */
const mostRemembered = 50

/** A little below whatever serves people, as `nice` has it (assumed): much below, a busy machine would let it starve. */
const playPriority = 3

/** A cancelled play whose step lasts longer than this is ended within it (assumed); what it had written stays whole. */
const patienceMs = 20 * SECOND

/** What is kept of what a failed process said (assumed). */
const longestLastWords = 2000

const compileCache = join(import.meta.dirname, '..', 'data', 'compile-cache')

type Known = { play: Play; variables: Partial<Variables>; child?: ChildProcess }

const isNews = (message: unknown): message is PlayNews =>
  typeof message === 'object' && message !== null && 'type' in message

const noSuchScenario = (known: string[]) =>
  new ShownProblem(422, 'no-such-scenario', {
    ja: `そのシナリオはありません。あるもの: ${known.join(', ')}`,
    en: `there is no such scenario; there are ${known.join(', ')}`,
  })

const tooMany = () =>
  new ShownProblem(429, 'too-many-plays', {
    ja: `順番待ちは ${mostWaiting} 件までです。終わるのを待つか、取り消してください`,
    en: `only ${mostWaiting} plays can wait: let some end, or cancel them`,
  })

/** Note what the child told. */
const note = (play: Play, news: PlayNews) => {
  const current = play.cases.at(-1)
  if (news.type === 'case') play.cases.push({ title: news.title, passed: null, steps: [] })
  else if (news.type === 'step' && current !== undefined) {
    const { text, at, held, failure } = news
    current.steps.push({ text, at, held, failure })
    play.progress.steps += 1
  } else if (news.type === 'case-done' && current !== undefined) {
    current.passed = news.passed
    play.progress.cases += 1
  } else if (news.type === 'done') play.passed = news.passed
}

const lastWords = (text: string) => {
  const line =
    text
      .trim()
      .split('\n')
      .find((one) => /error/i.test(one)) ??
    text.trim().split('\n').at(-1) ??
    ''
  return line.slice(0, 300)
}

export type PlaysOptions = { runsFolder: string; catalogue: readonly Scenario[] }

export const createPlays = ({ runsFolder, catalogue }: PlaysOptions): Plays & { close(): Promise<void> } => {
  const clock = createClock({ mode: 'real' })
  const known = new Map<string, Known>()

  const inState = (state: Play['state']) => [...known.values()].filter(({ play }) => play.state === state)

  const forget = () => {
    const ended = [...known].filter(([, { play }]) => play.endedAt !== null)
    for (const [run] of ended.slice(0, Math.max(0, ended.length - mostRemembered))) known.delete(run)
  }

  const settle = (play: Play, state: Play['state']) => {
    play.state = state
    play.ending = false
    play.endedAt = clock.now()
    forget()
    startNext()
  }

  const ended = (play: Play, code: number | null, said: string) => {
    if (code === 0) return settle(play, 'finished')
    if (code === cancelledCode || play.ending) return settle(play, 'cancelled')
    const words = lastWords(said)
    play.failure = {
      ja: `実行プロセスが終了しました（${code ?? 'signal'}）: ${words}`,
      en: `the process that played it ended (${code ?? 'signal'}): ${words}`,
    }
    settle(play, 'failed')
  }

  const start = (one: Known) => {
    const { play, variables } = one
    play.state = 'playing'
    play.position = 0
    play.startedAt = clock.now()
    const child = fork(join(import.meta.dirname, 'playChild.ts'), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    })
    one.child = child
    let said = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-longestLastWords)
    })
    child.on('message', (message) => {
      if (isNews(message)) note(play, message)
    })
    child.once('error', (error) => {
      said += error.message
    })
    child.once('close', (code) => ended(play, code, said))
    if (child.pid !== undefined) setPriority(child.pid, playPriority)
    const order: PlayOrder = { scenario: play.scenario, seed: play.seed, variables, folder: join(runsFolder, play.run) }
    child.send(order)
  }

  /** In the order they were asked for; one that waits for another of its scenario lets the next pass. */
  const startNext = () => {
    for (const one of inState('queued')) {
      const playing = inState('playing')
      if (playing.length >= mostAtOnce) break
      if (!playing.some(({ play }) => play.scenario === one.play.scenario)) start(one)
    }
    inState('queued').forEach(({ play }, index) => {
      play.position = index + 1
    })
  }

  return {
    ask: async ({ scenario: id, seed, variables }) => {
      const scenario = catalogue.find((one) => one.id === id)
      if (scenario === undefined) throw noSuchScenario(catalogue.map((one) => one.id))
      if (inState('queued').length >= mostWaiting) throw tooMany()
      const run = nameRun(id)
      const own = { ...scenario.variables, ...variables }
      const play: Play = {
        ...{ run, scenario: id, title: scenario.title, seed, state: 'queued', position: 0 },
        variables: own,
        ...{ askedAt: clock.now(), startedAt: null, endedAt: null, ending: false },
        // the preparation is a case too
        progress: { cases: 0, of: scenario.cases(completeVariables(own)).length + 1, steps: 0 },
        ...{ cases: [], passed: null, failure: null },
      }
      mkdirSync(join(runsFolder, run), { recursive: true })
      known.set(run, { play, variables })
      startNext()
      return structuredClone(play)
    },
    find: (run) => known.get(run)?.play,
    list: () => [...known.values()].map(({ play }) => play).reverse(),
    cancel: (run) => {
      const one = known.get(run)
      if (one === undefined) return undefined
      const { play, child } = one
      if (play.state === 'queued') {
        rmSync(join(runsFolder, run), { recursive: true, force: true })
        settle(play, 'cancelled')
      } else if (play.state === 'playing' && !play.ending && child?.connected) {
        play.ending = true
        child.send('cancel')
        const stop = clock.at(clock.now() + patienceMs, () => void child.kill('SIGTERM'))
        child.once('close', stop)
      }
      return play
    },
    /** End every play at once. */
    close: async () => {
      for (const { play } of inState('queued')) play.state = 'cancelled'
      await Promise.all(
        inState('playing').map(({ child }) => {
          if (child === undefined || child.exitCode !== null || child.signalCode !== null) return undefined
          const over = new Promise((resolve) => child.once('close', resolve))
          child.kill('SIGTERM')
          return over
        }),
      )
    },
  }
}
