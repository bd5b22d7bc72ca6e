/** Routes that tell a run event by event: by pages, as a stream, as a story to jump in, and one event opened. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import * as messages from '../messages/evaluation.ts'
import type { DisplayEvent } from '../messages/evaluation.ts'
import { readCursor, writeCursor, type Cursor } from './cursor.ts'
import { displayOf } from './display.ts'
import { eventDetailOf } from './eventDetail.ts'
import { notInRun, ShownProblem, wrongQuery } from './problem.ts'
import { described, limit, query, whole } from './route.ts'
import type { RunEntry, RunJournal } from './runJournal.ts'
import type { Runs } from './runs.ts'
import { mostLines, sequenceOf } from './sequence.ts'
import { placed, type Story } from './story.ts'
import { streamEvents } from './stream.ts'

/** Streams open at once (assumed); each looks into every database of its run a few times a second. */
const mostStreams = 40

/** Events that a diagram is made of (assumed): more than it has lines, because alike ones are drawn once. */
const mostDrawn = 20_000

const cursorOf = (text: string): Cursor => {
  const cursor = readCursor(text)
  if (cursor === undefined)
    throw wrongQuery('after', {
      ja: '前の答えの next をそのまま渡してください',
      en: 'hand over `next` of an earlier answer as it is',
    })
  return cursor
}

const totalOf = async (journal: RunJournal) =>
  [...(await journal.heads()).values()].reduce((sum, head) => sum + head, 0)

const tooManyStreams = () =>
  new ShownProblem(503, 'too-many-streams', {
    ja: `同時に見られる配信は ${mostStreams} 本までです。ほかの画面を閉じてください`,
    en: `only ${mostStreams} streams can be open at once: close another page`,
  })

const outlineOf = async (run: string, journal: RunJournal, story: Story) => {
  const heads = [...(await journal.heads())]
  let [firstOrder, lastOrder, firstAt, lastAt]: (number | null)[] = [null, null, null, null]
  for (const [party, head] of heads) {
    const [first, last] = [await journal.file(party)?.rows(0, 1), await journal.file(party)?.rows(head - 1, 1)]
    for (const { order, at } of [...(first ?? []), ...(last ?? [])]) {
      firstOrder = Math.min(firstOrder ?? Infinity, order)
      lastOrder = Math.max(lastOrder ?? 0, order)
      firstAt = Math.min(firstAt ?? Infinity, at)
      lastAt = Math.max(lastAt ?? 0, at)
    }
  }
  return {
    run,
    total: heads.reduce((sum, [, head]) => sum + head, 0),
    firstOrder,
    lastOrder,
    firstAt,
    lastAt,
    parties: heads.map(([id, entries]) => ({ id, entries })),
    cases: story.cases,
  }
}

const sequenceQuery = z.object({
  case: z.string().max(60).optional(),
  lang: z.enum(['ja', 'en']).default('ja'),
  limit: limit(500, mostLines),
  /** Alike messages one after another are drawn once. */
  group: z.enum(['true', 'false']).default('true'),
})

/** Events of the whole run, or of one case, from its first on. */
const eventsFor = async (journal: RunJournal, story: Story, wanted: string | undefined) => {
  const found = wanted === undefined ? undefined : story.cases.find(({ id }) => id === wanted)
  if (wanted !== undefined && found === undefined) throw notInRun({ ja: 'そのケース', en: 'such case' })
  const events: DisplayEvent[] = []
  const isLast = found !== undefined && found === story.cases.at(-1)
  for await (const entries of journal.pages(found === undefined ? undefined : await journal.seek(found.fromOrder))) {
    for (const entry of entries) {
      const event = placed(displayOf(entry), story)
      if (found === undefined || event.case === found.id) events.push(event)
    }
    const beyond = found !== undefined && !isLast && entries.every(({ order }) => order > found.toOrder)
    if (beyond || events.length >= mostDrawn) break
  }
  return events
}

type Parts = { runs: Runs; clock: Clock }

export const createEventRoutes = ({ runs, clock }: Parts) => {
  let streams = 0
  const show = async (run: string, journal: RunJournal, entries: readonly RunEntry[]) => {
    const story = await runs.story(run, journal)
    return entries.map((entry) => placed(displayOf(entry), story))
  }

  const stream = async (run: string, from: string, resumed: boolean): Promise<Response> => {
    if (streams >= mostStreams) throw tooManyStreams()
    streams += 1
    let release = () => {}
    const ended = () => {
      streams -= 1
      release()
    }
    try {
      const held = await runs.hold(run)
      release = held.release
      const { journal } = held
      const after = from === 'now' ? await journal.heads() : cursorOf(from)
      if (resumed && !(await runs.isOpen(run)) && (await journal.page(after, 1)).entries.length === 0) {
        ended()
        // tells an EventSource not to come back (HTML, server-sent events)
        return new Response(null, { status: 204 })
      }
      const body = streamEvents({
        run,
        journal,
        after,
        clock,
        isOpen: () => runs.isOpen(run),
        stateOf: async () => (await runs.summary(run)).state,
        show: (entries) => show(run, journal, entries),
        total: () => totalOf(journal),
        ended,
      })
      return new Response(body, {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      })
    } catch (error) {
      ended()
      throw error
    }
  }

  return new Hono()
    .get(
      '/runs/:run/events',
      described({ id: 'evaluation.events', summary: 'Events, a page at a time', answer: messages.eventPage }),
      query(
        z.object({
          /** `next` of an earlier page; or begin at a running number with `from`. */
          after: z.string().optional(),
          from: whole.optional(),
          limit: limit(200, 1000),
        }),
      ),
      async (c) => {
        const run = c.req.param('run')
        const { after, from, limit: most } = c.req.valid('query')
        return runs.reading(run, async (journal) => {
          const start = after !== undefined || from === undefined ? cursorOf(after ?? '') : await journal.seek(from)
          const { entries, next, more } = await journal.page(start, most)
          const events = await show(run, journal, entries)
          return c.json({ run, events, next: writeCursor(next), more, total: await totalOf(journal) })
        })
      },
    )
    .get(
      '/runs/:run/events/:party/:number{[0-9]+}',
      described({ id: 'evaluation.event', summary: 'One event opened', answer: messages.eventDetail }),
      async (c) => {
        const { run, party, number } = c.req.param()
        return runs.reading(run, async (journal) => {
          const wanted = Number(number)
          const row = Number.isSafeInteger(wanted) ? await journal.file(party)?.row(wanted) : undefined
          if (row === undefined) throw notInRun({ ja: 'その番号の記録', en: 'entry of this number' })
          return c.json(await eventDetailOf(journal, { ...row, party }, await runs.story(run, journal)))
        })
      },
    )
    .get(
      '/runs/:run/outline',
      described({ id: 'evaluation.outline', summary: 'Cases and steps to jump to', answer: messages.outline }),
      async (c) => {
        const run = c.req.param('run')
        return runs.reading(run, async (journal) =>
          c.json(await outlineOf(run, journal, await runs.story(run, journal))),
        )
      },
    )
    .get(
      '/runs/:run/sequence.mmd',
      described({ id: 'evaluation.sequence', summary: 'A Mermaid sequence diagram', mediaType: 'text/vnd.mermaid' }),
      query(sequenceQuery),
      async (c) => {
        const run = c.req.param('run')
        const { case: wanted, lang, limit: most, group } = c.req.valid('query')
        const names = new Map(runs.parties(run).map(({ id, name }) => [id, name]))
        return runs.reading(run, async (journal) => {
          const events = await eventsFor(journal, await runs.story(run, journal), wanted)
          const nameOf = (party: string) => names.get(party) ?? { ja: party, en: party }
          const text = sequenceOf(events, { language: lang, nameOf, limit: most, group: group === 'true' })
          return c.body(text, 200, { 'content-type': 'text/vnd.mermaid; charset=utf-8' })
        })
      },
    )
    .get(
      '/runs/:run/stream',
      described({ id: 'evaluation.stream', summary: 'Events as they happen', mediaType: 'text/event-stream' }),
      query(z.object({ after: z.string().optional() })),
      async (c) => {
        const last = c.req.header('last-event-id')
        return stream(c.req.param('run'), last ?? c.req.valid('query').after ?? '', last !== undefined)
      },
    )
}
