/** From the evaluation API: what happened in a run, event by event, and what each message holds. */
import { z } from 'zod'

const text = z.object({ ja: z.string(), en: z.string() })
const named = z.object({ id: z.string(), ja: z.string(), en: z.string() })
const instant = z.number()
const sizes = z.object({ request: z.number(), response: z.number() })

/**
 * One journal entry as it is shown. What an entry of this kind does not have is null.
 * Events come sorted by (order, party, number), each party's own in the order of their numbers. A call is written when it is answered:
 * to tell the story, sort by `began`, where there is one, in place of `order`.
 */
const displayEvent = z.object({
  /** `party:number`, the journal entry; what `GET /runs/{run}/events/{party}/{number}` opens. */
  id: z.string(),
  party: z.string(),
  number: z.number(),
  /** The running number of the world: what happened before what. */
  order: z.number(),
  /** Of a call: the running number when it was taken up, before whatever it set in motion; it is written when it is answered. */
  began: z.number().nullable(),
  at: instant,
  kind: z.enum(['call', 'calls', 'failure', 'transition', 'manual', 'step', 'boot', 'configuration']),
  /** Parties by id; `outside` for a caller without a token. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  purpose: named.nullable(),
  method: z.string().nullable(),
  path: z.string().nullable(),
  status: z.number().nullable(),
  /** answered 1xx-3xx · refused 4xx · failed 5xx · no-answer; `said` is the answer's own word, e.g. `accepted`, `refused: revoked`. */
  outcome: z
    .object({ result: z.enum(['answered', 'refused', 'failed', 'no-answer']), said: z.string().nullable() })
    .nullable(),
  /** Ids of data classes; their names are in dataClassNames.ts. */
  carries: z.object({ request: z.array(z.string()), response: z.array(z.string()) }).nullable(),
  bytes: sizes.nullable(),
  wallMs: z.number().nullable(),
  /** The answer given before, given again. */
  replayed: z.boolean(),
  /** More than 1 for `calls`: so many alike, summed up. */
  calls: z.number(),
  fees: z.array(z.object({ item: z.string(), payer: z.string(), payee: z.string(), quantity: z.number() })),
  /** `active` are the ids of the states that are lit afterwards, as in `GET /machines/{party}/{kind}`. */
  transition: z
    .object({
      kind: z.string(),
      id: z.string(),
      event: z.string(),
      from: z.string(),
      to: z.string(),
      version: z.number(),
      active: z.array(z.string()),
    })
    .nullable(),
  manual: z
    .object({ stakeholder: z.string(), work: z.string(), parameter: z.string(), case: z.string().nullable() })
    .nullable(),
  /** The line of the story that ended here. */
  step: z.object({ text, held: z.boolean() }).nullable(),
  /** Of boot and configuration, in words. */
  note: text.nullable(),
  /** Id of the case it belongs to; null where that is not known (yet). */
  case: z.string().nullable(),
})
export type DisplayEvent = z.output<typeof displayEvent>

/**
 * `next` continues exactly after these events, nothing lost or doubled, also later when there are more; `more` says whether there are now.
 * `total` counts the entries of all parties as of now.
 */
export const eventPage = z.object({
  run: z.string(),
  events: z.array(displayEvent),
  next: z.string(),
  more: z.boolean(),
  total: z.number(),
})
export type EventPage = z.output<typeof eventPage>

/**
 * `GET /runs/{run}/stream`, server-sent events:
 * `event: events`, `id: <cursor>`, data: this · `event: end`, data: streamEnd, after which the client must close.
 * Reconnect with Last-Event-ID (EventSource does) or start with `?after=`, `?after=now` for new events only.
 */
export const streamBatch = z.object({ events: z.array(displayEvent), total: z.number() })
const streamEnd = z.object({ run: z.string(), state: z.string() })
export type StreamBatch = z.output<typeof streamBatch>
export type StreamEnd = z.output<typeof streamEnd>

/** The run's story with its places on the axis of `order`: where to jump to (`GET /runs/{run}/events?from=<order>`). */
export const outline = z.object({
  run: z.string(),
  total: z.number(),
  firstOrder: z.number().nullable(),
  lastOrder: z.number().nullable(),
  firstAt: instant.nullable(),
  lastAt: instant.nullable(),
  parties: z.array(z.object({ id: z.string(), entries: z.number() })),
  cases: z.array(
    z.object({
      id: z.string(),
      title: text,
      passed: z.boolean().nullable(),
      fromOrder: z.number(),
      toOrder: z.number(),
      /** `order` is where the step ended. */
      steps: z.array(z.object({ text, held: z.boolean(), order: z.number(), at: instant })),
    }),
  ),
})
export type Outline = z.output<typeof outline>

/** A value in a message, row by row; `depth` for indenting. `redacted`: the journal was never given the value. */
const fieldRow = z.object({
  path: z.string(),
  depth: z.number(),
  field: z.string(),
  label: text.nullable(),
  /** Null for an object or a list, whose rows follow. */
  value: z.string().nullable(),
  dataClass: z.string().nullable(),
  redacted: z.boolean(),
})

export type Decoded = {
  kind: 'apdu' | 'certificate' | 'ocsp-request' | 'ocsp-response' | 'crl' | 'cms' | 'problem'
  /** JSON pointer to where it stands in the body; empty for the whole body. */
  path: string
  title: { ja: string; en: string }
  /** `note` says what a value means. */
  fields: { label: { ja: string; en: string }; value: string; note: { ja: string; en: string } | null }[]
  /** Said when it could not be read. */
  unreadable: { ja: string; en: string } | null
  /** What it contains: certificates in an OCSP answer, the document in a signature. */
  parts: Decoded[]
}
const decoded: z.ZodType<Decoded> = z.object({
  kind: z.enum(['apdu', 'certificate', 'ocsp-request', 'ocsp-response', 'crl', 'cms', 'problem']),
  path: z.string(),
  title: text,
  fields: z.array(z.object({ label: text, value: z.string(), note: text.nullable() })),
  unreadable: text.nullable(),
  get parts() {
    return z.array(decoded)
  },
})

const content = z.object({
  bytes: z.number(),
  mediaType: z.string().nullable(),
  /** Why there is nothing to show: nothing was sent, or it was not kept. */
  absent: text.nullable(),
  /** Parts were masked before they reached the journal (PINs), or cut off here. */
  remark: text.nullable(),
  /** JSON indented for people; null for other bodies. */
  pretty: z.string().nullable(),
  rows: z.array(fieldRow),
  decoded: z.array(decoded),
})
export type Content = z.output<typeof content>

export const eventDetail = z.object({
  event: displayEvent,
  /** Null for events that are no messages. */
  request: content.nullable(),
  response: content.nullable(),
  /** Who learnt which classes of data by it. */
  learnt: z.array(z.object({ party: z.string(), from: z.string(), classes: z.array(named) })),
  /** The entry's hash in its party's chain. */
  hash: z.string(),
})
export type EventDetail = z.output<typeof eventDetail>
