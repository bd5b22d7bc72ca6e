/** From the evaluation API to whoever looks at the testbed: the world, scenarios, runs and plays. Events are in evaluationEvents.ts. */
import { z } from 'zod'

export * from './evaluationCosts.ts'
export * from './evaluationEvents.ts'
export * from './evaluationPictures.ts'

const text = z.object({ ja: z.string(), en: z.string() })
/** Something with an id that is shown to people by its name. */
const named = z.object({ id: z.string(), ja: z.string(), en: z.string() })
/** Unix ms; of the world unless said otherwise. */
const instant = z.number()
const value = z.union([z.string(), z.number(), z.boolean()])
/** Values of design variables by name; durations in ms. */
const variableValues = z.record(z.string(), value)

/** A broken request (RFC 9457), with what went wrong and what to do in both languages. */
export const problem = z.object({ type: z.string(), status: z.number(), detail: z.string(), text })

// GET /world

const party = z.object({
  id: z.string(),
  role: z.string(),
  /** Its folder under sim/: what kind of institution it is. */
  folder: z.string(),
  name: text,
})
const fault = z.object({
  id: z.number(),
  kind: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  pathPrefix: z.string().optional(),
  probability: z.number(),
  times: z.number().optional(),
  ms: z.number(),
  status: z.number(),
})
/** `up`: its database answers, and no fault in force says that it is down. (Asking its health route would write into its journal each time.) */
const partyState = z.object({ ...party.shape, up: z.boolean(), faults: z.array(fault) })

export const world = z.object({
  now: instant,
  mode: z.enum(['virtual', 'interactive', 'real']),
  nextDueAt: instant.nullable(),
  /** The first instant in its journals; null while they are empty. */
  beganAt: instant.nullable(),
  /** When this process opened it, wall time. */
  openedAt: instant,
  variables: variableValues,
  parties: z.array(partyState),
  counts: z.object({
    residents: z.array(z.object({ state: z.string(), count: z.number() })),
    /** Cards made, lost ones included. */
    cards: z.number(),
    certificates: z.array(
      z.object({
        kind: z.enum(['signature', 'authentication']),
        valid: z.number(),
        revoked: z.number(),
        /** Revoked as well, for certificateHold; not counted among the revoked. */
        held: z.number(),
        expired: z.number(),
      }),
    ),
    /** Where the figures come from, and what they leave out. */
    how: text,
  }),
  /** Where one logs in with a card over TLS, if this world offers it. */
  loginUrl: z.string().nullable(),
})

// GET /variables, GET /scenarios

const variable = z.object({
  name: z.string(),
  text,
  kind: z.enum(['choice', 'flag', 'share', 'duration']),
  /** Of a choice; else empty. */
  choices: z.array(z.string()),
  default: value,
  /** How values are written, also in `POST /plays`: `ocsp|crl|delta|snapshot`, `true|false`, `0…1`, `30d|12h|15m|10s`. */
  form: z.string(),
  /** The default as it is written. */
  written: z.string(),
})
export const variableList = z.object({ variables: z.array(variable) })

const scenario = z.object({
  id: z.string(),
  title: text,
  required: z.boolean(),
  /** identity 本人確認, eligibility 資格確認, change 変更確認. */
  functions: z.array(named),
  /** Rows of the plan it answers to. */
  from: z.array(z.string()),
  people: z.array(z.string()),
  /** What it sets in place of the defaults. */
  variables: variableValues,
  cases: z.array(z.object({ id: z.string(), title: text })),
  /** The newest run that came to its end; `at` is wall time. */
  lastRun: z.object({ run: z.string(), passed: z.boolean(), at: instant }).nullable(),
  /** Runs being played or waiting now. */
  playing: z.array(z.string()),
})
export const scenarioList = z.object({ scenarios: z.array(scenario) })

// GET /runs, GET /runs/{run}

const expectation = z.object({
  text,
  held: z.boolean(),
  actual: z.unknown().optional(),
  expected: z.unknown().optional(),
})
const step = z.object({
  text,
  at: instant,
  tookMs: z.number(),
  failure: z.string().optional(),
  expectations: z.array(expectation),
})
const runCase = z.object({
  id: z.string(),
  title: text,
  passed: z.boolean(),
  tookMs: z.number(),
  steps: z.array(step),
})
const measure = z.object({ name: text, value: z.union([z.number(), z.string()]), unit: text.optional() })

/** result.json, as a run leaves it in its folder. */
export const runResult = z.object({
  run: z.string(),
  scenario: z.string(),
  title: text,
  seed: z.string(),
  mode: z.enum(['in-process', 'split']),
  variables: variableValues,
  passed: z.boolean(),
  tookMs: z.number(),
  cases: z.array(runCase),
  measures: z.array(measure),
  journal: z.object({ entries: z.number(), intact: z.boolean(), heads: z.record(z.string(), z.string()) }),
})
export type RunResult = z.output<typeof runResult>

/**
 * live: the open world · finished: its result is there · playing, queued: by `POST /plays` · cancelled, failed: a play without a result ·
 * unfinished: no result, and nobody here knows who writes it · damaged: its result cannot be read, see `damage`.
 */
const runState = z.enum(['live', 'finished', 'playing', 'queued', 'cancelled', 'failed', 'unfinished', 'damaged'])

/** `run` is the folder's name, or `live`. What is not known yet is null. */
const runSummary = z.object({
  run: z.string(),
  state: runState,
  scenario: z.string().nullable(),
  title: text,
  /** Wall time. */
  startedAt: instant,
  seed: z.string().nullable(),
  mode: z.enum(['in-process', 'split']).nullable(),
  passed: z.boolean().nullable(),
  tookMs: z.number().nullable(),
  cases: z.object({ passed: z.number(), total: z.number() }).nullable(),
  checks: z.object({ held: z.number(), total: z.number() }).nullable(),
  entries: z.number().nullable(),
  /** Whether every hash chain held when the run ended; `GET /runs/{run}/integrity` computes it again. */
  intact: z.boolean().nullable(),
  variables: variableValues,
  /** Names of the variables that differ from the defaults. */
  changed: z.array(z.string()),
  damage: text.nullable(),
})
/** Newest first; `next` is the offset of the next page. */
export const runPage = z.object({ runs: z.array(runSummary), total: z.number(), next: z.number().nullable() })

/** `cases` and `measures` are empty while there is no result. */
export const run = z.object({
  summary: runSummary,
  parties: z.array(party),
  cases: z.array(runCase),
  measures: z.array(measure),
  heads: z.record(z.string(), z.string()),
})

/** Every chain recomputed now. `brokenAt` is the number of the first entry that does not hold. */
export const integrity = z.object({
  run: z.string(),
  intact: z.boolean(),
  /** Whether the heads are the ones the result names; null where there is no result. */
  asRecorded: z.boolean().nullable(),
  parties: z.array(
    z.object({
      party: z.string(),
      entries: z.number(),
      head: z.string().nullable(),
      brokenAt: z.number().nullable(),
      /** The database cannot be read. */
      damage: text.nullable(),
    }),
  ),
})

/** `null` on one side: it is not there. Only what differs, but for `measures` and `messages`, which are whole. */
export const comparison = z.object({
  a: runSummary,
  b: runSummary,
  variables: z.array(z.object({ name: z.string(), text, a: value.nullable(), b: value.nullable() })),
  measures: z.array(
    z.object({
      name: text,
      unit: text.nullable(),
      a: z.union([z.number(), z.string()]).nullable(),
      b: z.union([z.number(), z.string()]).nullable(),
      /** b - a, of two numbers. */
      difference: z.number().nullable(),
    }),
  ),
  cases: z.array(z.object({ id: z.string(), title: text, a: z.boolean().nullable(), b: z.boolean().nullable() })),
  expectations: z.array(
    z.object({
      case: named,
      step: text,
      text,
      a: z.boolean().nullable(),
      b: z.boolean().nullable(),
      actualA: z.unknown().optional(),
      actualB: z.unknown().optional(),
    }),
  ),
  messages: z.array(
    z.object({
      purpose: named,
      a: z.object({ calls: z.number(), bytes: z.number() }),
      b: z.object({ calls: z.number(), bytes: z.number() }),
      difference: z.object({ calls: z.number(), bytes: z.number() }),
    }),
  ),
})

// POST /plays, GET /plays, GET /plays/{run}, DELETE /plays/{run}

/** Values as a variable's `form` has them, or as the variable itself (ms, true, 0.25). */
export const playRequest = z.strictObject({
  scenario: z.string().min(1).max(60),
  seed: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'must be 1 to 40 letters, digits, dots, hyphens')
    .default('1'),
  variables: z.record(z.string().max(60), value).default({}),
})

export const play = z.object({
  run: z.string(),
  scenario: z.string(),
  title: text,
  seed: z.string(),
  variables: variableValues,
  state: z.enum(['queued', 'playing', 'finished', 'failed', 'cancelled']),
  /** How many plays come before it; 0 once it is played. */
  position: z.number(),
  /** Wall time. */
  askedAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** A cancellation was asked for and happens after the current step. */
  ending: z.boolean(),
  progress: z.object({ cases: z.number(), of: z.number(), steps: z.number() }),
  /** Cases begun so far, the preparation first. `passed` is null while it is played. */
  cases: z.array(
    z.object({
      title: text,
      passed: z.boolean().nullable(),
      steps: z.array(z.object({ text, at: instant, held: z.boolean(), failure: z.string().nullable() })),
    }),
  ),
  passed: z.boolean().nullable(),
  /** Why it failed to be played at all. */
  failure: text.nullable(),
})
export const playList = z.object({ plays: z.array(play) })

export type World = z.output<typeof world>
export type Party = z.output<typeof party>
export type Variable = z.output<typeof variable>
export type ScenarioShown = z.output<typeof scenario>
export type RunSummary = z.output<typeof runSummary>
export type RunPage = z.output<typeof runPage>
export type Run = z.output<typeof run>
export type Integrity = z.output<typeof integrity>
export type Comparison = z.output<typeof comparison>
export type PlayRequest = z.output<typeof playRequest>
export type Play = z.output<typeof play>
export type ProblemShown = z.output<typeof problem>
