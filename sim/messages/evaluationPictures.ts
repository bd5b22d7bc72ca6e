/** From the evaluation API: what is drawn from a run's journal: data flow, links, statecharts. */
import { z } from 'zod'

const text = z.object({ ja: z.string(), en: z.string() })
const named = z.object({ id: z.string(), ja: z.string(), en: z.string() })

// GET /runs/{run}/privacy

/** How often this party received this class of data, by case; `examples` are ids of events to open. */
const privacyCell = z.object({
  party: z.string(),
  dataClass: z.string(),
  count: z.number(),
  /** From whom, most often first. */
  from: z.array(z.object({ party: z.string(), count: z.number() })),
  cases: z.array(z.object({ case: z.string().nullable(), count: z.number(), examples: z.array(z.string()) })),
})
export const privacy = z.object({
  run: z.string(),
  /** Rows: everybody who received anything, and every other party of the run. */
  parties: z.array(named),
  classes: z.array(named),
  cases: z.array(named),
  /** Only cells with a count above 0. */
  cells: z.array(privacyCell),
  how: text,
})
export type Privacy = z.output<typeof privacy>

// GET /runs/{run}/links

/** Two identifiers of one person that a party met in one exchange, so that it can join what it keeps under them. */
const join = z.object({
  party: z.string(),
  classes: z.array(z.string()),
  count: z.number(),
  examples: z.array(z.string()),
})
/** `measured`: read from the journal of this run · `derived`: what the same messages would leave with the other arrangement. */
const linkView = z.object({
  holder: z.enum(['platform', 'provider']),
  basis: z.enum(['measured', 'derived']),
  /** Link tables: who holds how many rows, of which identifiers. */
  tables: z.array(z.object({ party: z.string(), rows: z.number(), classes: z.array(z.string()) })),
  joins: z.array(join),
  /** Parties to whom one table shows several institutions of one person. */
  acrossInstitutions: z.array(z.object({ party: z.string(), institutions: z.array(z.string()), links: z.number() })),
})
export const links = z.object({
  run: z.string(),
  parties: z.array(named),
  classes: z.array(named),
  views: z.array(linkView),
  /** What differs between the views: a party and the joins it gains or loses when providers hold the table. */
  differences: z.array(
    z.object({ party: z.string(), classes: z.array(z.string()), platform: z.number(), provider: z.number() }),
  ),
  how: text,
})
export type Links = z.output<typeof links>

// GET /machines, GET /machines/{party}/{kind}, GET /runs/{run}/actors

export const machineList = z.object({
  machines: z.array(z.object({ party: z.string(), kind: z.string(), states: z.number() })),
})

/** `id` is the path of names, `paying.waiting`; the machine itself is not among the states. */
const machineState = z.object({
  id: z.string(),
  name: z.string(),
  parent: z.string().nullable(),
  type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
  /** Entered first, of its parent's children (each child of a parallel state is). */
  initial: z.boolean(),
})
/** `to` null: the event is taken without leaving the state. `from` null: whatever state it is in. */
const machineTransition = z.object({
  from: z.string().nullable(),
  to: z.string().nullable(),
  event: z.string(),
  guard: z.string().nullable(),
  actions: z.array(z.string()),
})
export const machine = z.object({
  party: z.string(),
  kind: z.string(),
  /** Whether the machine itself is parallel. */
  parallel: z.boolean(),
  states: z.array(machineState),
  transitions: z.array(machineTransition),
})
export type Machine = z.output<typeof machine>
export type MachineState = z.output<typeof machineState>
export type MachineTransition = z.output<typeof machineTransition>

/** Of `GET /runs/{run}/actors?party=&kind=&until=&after=`: as of the end, or of the order `until`. Sorted by id; `next` is the last id. */
export const actorPage = z.object({
  run: z.string(),
  party: z.string(),
  kind: z.string(),
  actors: z.array(
    z.object({
      id: z.string(),
      version: z.number(),
      state: z.string(),
      active: z.array(z.string()),
      changedAt: z.number(),
    }),
  ),
  next: z.string().nullable(),
})
export type ActorPage = z.output<typeof actorPage>
