/** Every run there is, and the world that is open: what is known of each, and its journal for as long as somebody reads it. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Play, Run, RunResult, RunSummary } from '../messages/evaluation.ts'
import { noSuchRun } from './problem.ts'
import { beganBy, isRunName, readResult, resultMark, runFolders, scenarioIn } from './resultFile.ts'
import { databasesIn, openRunJournal, type RunJournal } from './runJournal.ts'
import { readStory, toldBy, type Story, type Told } from './story.ts'

type Values = Record<string, string | number | boolean>

/** The world that is open, as far as it is a run. */
export type LiveRun = { folder: string; seed: string; openedAt: number; variables: Values }

export type RunsOptions = {
  runsFolder: string
  live: LiveRun | undefined
  /** The values that count as unchanged. */
  defaults: Values
  /** What is known of a run that is being played from here. */
  playOf(run: string): Play | undefined
  titleOf(scenario: string): Run['summary']['title'] | undefined
  nameOf(party: string): Run['parties'][number]
}

/** Journals kept open after their last reader has gone, for the next one (assumed); each holds a connection for each party. */
const keptOpen = 3

const liveTitle = { ja: '開いている世界', en: 'The world that is open' }

const changedFrom = (defaults: Values, variables: Values) =>
  Object.keys(variables).filter((name) => variables[name] !== defaults[name])

const count = <T>(list: readonly T[], holds: (one: T) => boolean) => list.filter(holds).length

export type Runs = ReturnType<typeof createRuns>

export const createRuns = ({ runsFolder, live, defaults, playOf, titleOf, nameOf }: RunsOptions) => {
  const unknown = {
    scenario: null,
    seed: null,
    mode: null,
    passed: null,
    tookMs: null,
    cases: null,
    checks: null,
    entries: null,
    intact: null,
    variables: {},
    changed: [],
    damage: null,
  }
  const summaries = new Map<string, { mark: string; summary: RunSummary }>()
  const stories = new Map<string, { mark: string; story: Story }>()
  const open = new Map<string, { journal: RunJournal; readers: number }>()

  const folderOf = (run: string) => (run === 'live' && live !== undefined ? live.folder : join(runsFolder, run))

  const summaryOf = (run: string, startedAt: number, result: RunResult): RunSummary => {
    const checks = result.cases.flatMap(({ steps }) => steps.flatMap(({ expectations }) => expectations))
    return {
      run,
      state: 'finished',
      startedAt,
      scenario: result.scenario,
      title: result.title,
      seed: result.seed,
      mode: result.mode,
      passed: result.passed,
      tookMs: result.tookMs,
      cases: { passed: count(result.cases, ({ passed }) => passed), total: result.cases.length },
      checks: { held: count(checks, ({ held }) => held), total: checks.length },
      entries: result.journal.entries,
      intact: result.journal.intact,
      variables: result.variables,
      changed: changedFrom(defaults, result.variables),
      damage: null,
    }
  }

  const withoutResult = (run: string, startedAt: number): RunSummary => {
    const play = playOf(run)
    if (play === undefined) {
      const scenario = scenarioIn(run) ?? null
      const title = titleOf(scenario ?? '') ?? { ja: run, en: run }
      return { ...unknown, run, startedAt, state: 'unfinished', scenario, title }
    }
    const { scenario, title, seed, variables } = play
    const all = { ...defaults, ...variables }
    const state = play.state === 'finished' ? 'failed' : play.state
    return {
      ...unknown,
      run,
      startedAt,
      state,
      scenario,
      title,
      seed,
      variables: all,
      changed: changedFrom(defaults, all),
    }
  }

  const startOf = async (run: string) => {
    const { mtimeMs } = await stat(folderOf(run))
    return beganBy(run) ?? mtimeMs
  }

  const liveSummary = ({ openedAt, seed, variables }: LiveRun): RunSummary => ({
    ...unknown,
    run: 'live',
    state: 'live',
    title: liveTitle,
    startedAt: openedAt,
    seed,
    mode: 'in-process',
    variables,
    changed: changedFrom(defaults, variables),
  })

  /** 404 when there is no such run. Results are read again only when their file changed. */
  const summary = async (run: string): Promise<RunSummary> => {
    if (run === 'live' && live !== undefined) return liveSummary(live)
    if (!isRunName(run)) throw noSuchRun()
    const waiting = playOf(run)
    if (waiting?.state === 'queued') return withoutResult(run, waiting.askedAt)
    const mark = await resultMark(folderOf(run))
    const known = summaries.get(run)
    if (known !== undefined && mark !== '' && known.mark === mark) return known.summary
    const startedAt = await startOf(run).catch(() => {
      throw noSuchRun()
    })
    const file = await readResult(folderOf(run), run)
    // half a result is one that is being written
    if (file.is === 'missing' || (file.is === 'damaged' && waiting?.state === 'playing'))
      return withoutResult(run, startedAt)
    const made: RunSummary =
      file.is === 'there'
        ? summaryOf(run, startedAt, file.result)
        : { ...unknown, run, startedAt, state: 'damaged', title: { ja: run, en: run }, damage: file.damage }
    summaries.set(run, { mark, summary: made })
    return made
  }

  /** Newest first, the open world not among them. One that vanishes meanwhile is left out. */
  const list = async (): Promise<RunSummary[]> => {
    const found: RunSummary[] = []
    for (const run of await runFolders(runsFolder)) {
      const one = await summary(run).catch(() => undefined)
      if (one !== undefined) found.push(one)
    }
    for (const run of summaries.keys()) if (!found.some((one) => one.run === run)) summaries.delete(run)
    return found.sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1))
  }

  /** undefined while, or where, there is none that can be read. */
  const result = async (run: string): Promise<RunResult | undefined> => {
    if (run === 'live' || !isRunName(run)) return undefined
    const file = await readResult(folderOf(run), run)
    return file.is === 'there' ? file.result : undefined
  }

  const letGo = () => {
    const idle = [...open].filter(([, { readers }]) => readers === 0)
    for (const [run, { journal }] of idle.slice(0, Math.max(0, idle.length - keptOpen))) {
      open.delete(run)
      journal.close()
    }
  }

  /** The run's journal until `release` is called; 404 when there is no such run. */
  const hold = async (run: string) => {
    await summary(run)
    const kept = open.get(run) ?? { journal: openRunJournal(folderOf(run)), readers: 0 }
    open.delete(run)
    open.set(run, kept)
    kept.readers += 1
    let released = false
    const release = () => {
      if (released) return
      released = true
      kept.readers -= 1
      letGo()
    }
    return { journal: kept.journal, release }
  }

  const reading = async <T>(run: string, work: (journal: RunJournal) => Promise<T>): Promise<T> => {
    const { journal, release } = await hold(run)
    try {
      return await work(journal)
    } finally {
      release()
    }
  }

  const toldOf = async (run: string): Promise<Told> => {
    const finished = await result(run)
    if (finished !== undefined) return toldBy(finished)
    return (playOf(run)?.cases ?? []).map(({ title, passed, steps }) => ({ title, passed, steps }))
  }

  /** The run's story as it now is; kept once the run has ended. */
  const story = async (run: string, journal: RunJournal): Promise<Story> => {
    const mark = run === 'live' ? '' : await resultMark(folderOf(run))
    const known = stories.get(run)
    if (known !== undefined && mark !== '' && known.mark === mark) return known.story
    const made = await readStory(journal, await toldOf(run), mark !== '')
    if (mark !== '') stories.set(run, { mark, story: made })
    if (stories.size > 20) stories.delete([...stories.keys()][0] ?? '')
    return made
  }

  return {
    list,
    summary,
    result,
    hold,
    /** Have `work` read the run's journal. */
    reading,
    story,
    /** Whether more entries may come. */
    isOpen: async (run: string) => ['live', 'playing', 'queued', 'unfinished'].includes((await summary(run)).state),
    parties: (run: string) => databasesIn(folderOf(run)).map(nameOf),
    close: () => {
      for (const { journal } of open.values()) journal.close()
      open.clear()
    },
  }
}
