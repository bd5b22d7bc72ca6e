/** From the evaluation API: what a run cost those who took part: fees that fell due, work done by hand, and how long answers took. */
import { z } from 'zod'

const text = z.object({ ja: z.string(), en: z.string() })
const named = z.object({ id: z.string(), ja: z.string(), en: z.string() })
/** A row of docs/assumptions.md that a figure rests on; `assumed` where no source settles it. */
const assumption = z.object({ id: z.string(), assumed: z.boolean(), text })
/** Ids of the first events behind a figure. */
const examples = z.array(z.string())

// GET /runs/{run}/fees

/** `tariff` is null where no price of this item is known here: it is counted all the same. */
const fee = z.object({
  item: named,
  payer: named,
  payee: named,
  quantity: z.number(),
  tariff: z.object({ yen: z.number(), source: text, assumption: z.string() }).nullable(),
  yen: z.number().nullable(),
  examples,
})
export const fees = z.object({
  run: z.string(),
  rows: z.array(fee),
  /** The sum of what has a price, and how many fees have none. */
  total: z.object({ yen: z.number(), priced: z.number(), unpriced: z.number() }),
  assumptions: z.array(assumption),
  how: text,
})
export type Fees = z.output<typeof fees>
export type FeeOwed = z.output<typeof fee>

// GET /runs/{run}/work

/** `parameter` names what will say how long one piece of it takes. */
const work = z.object({
  stakeholder: named,
  work: named,
  parameter: z.string(),
  count: z.number(),
  examples,
})
export const works = z.object({
  run: z.string(),
  rows: z.array(work),
  total: z.number(),
  assumptions: z.array(assumption),
  how: text,
})
export type Works = z.output<typeof works>
export type WorkDone = z.output<typeof work>

// GET /runs/{run}/timings?party=

const sizes = z.object({ request: z.number(), response: z.number() })
/**
 * Messages with their wall time at the receiver. `timed`: those with a time; calls that were summed up have none.
 * p90 is null below 10 timed messages, p99 below 100: so few have no such percentile.
 */
const timing = z.object({
  calls: z.number(),
  timed: z.number(),
  refused: z.number(),
  failed: z.number(),
  bytes: sizes,
  wallMs: z
    .object({ p50: z.number(), p90: z.number().nullable(), p99: z.number().nullable(), most: z.number() })
    .nullable(),
  /** How many lie at or below each of `bounds` and above the one before; the last counts what lies above all. */
  histogram: z.array(z.number()),
  /** The event that took longest. */
  slowest: z.string().nullable(),
})
export const timings = z.object({
  run: z.string(),
  /** The receiver asked for; null: all. */
  party: z.string().nullable(),
  bounds: z.array(z.number()),
  total: timing,
  purposes: z.array(timing.extend({ purpose: named })),
  /** By receiver, always all of them. */
  parties: z.array(timing.extend({ party: named })),
  /** Percentiles lie within this share of the exact value. */
  accuracy: z.number(),
  assumptions: z.array(assumption),
  how: text,
})
export type Timings = z.output<typeof timings>
export type Timing = z.output<typeof timing>
