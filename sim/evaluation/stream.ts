/** A run's events as they happen, as server-sent events: pulled by the reader, so that a slow one waits for itself and nobody else. */
import type { Clock } from '../core/clock.ts'
import type { DisplayEvent, StreamBatch, StreamEnd } from '../messages/evaluation.ts'
import { writeCursor, type Cursor } from './cursor.ts'
import type { RunEntry, RunJournal } from './runJournal.ts'

/** Entries sent at once (assumed). */
const batchSize = 400

/** How often the databases are looked at: soon after something came, less often when nothing does (assumed). */
const shortestWaitMs = 40
const longestWaitMs = 250

/** A line that keeps the connection, and proxies, awake (assumed). */
const heartbeatMs = 15_000

/** How long a client waits before it connects again (assumed). */
const retryMs = 1000

export type StreamParts = {
  run: string
  journal: RunJournal
  after: Cursor
  /** Real time, for waiting. */
  clock: Clock
  /** Whether more may come; asked when there is nothing new. */
  isOpen(): Promise<boolean>
  stateOf(): Promise<string>
  show(entries: readonly RunEntry[]): Promise<DisplayEvent[]>
  total(): Promise<number>
  /** Called once, when the reader has gone or all was said. */
  ended(): void
}

const encoder = new TextEncoder()
const chunk = (lines: string) => encoder.encode(`${lines}\n\n`)

/**
 * Batches carry the cursor behind them as their id: whoever comes back with it gets exactly what followed. The run's end is read before its
 * journal is read for the last time, so nothing written at the end is left out.
 */
export const streamEvents = (parts: StreamParts): ReadableStream<Uint8Array> => {
  const { journal, clock } = parts
  let cursor = parts.after
  let gone = false
  let over = false
  let waitMs = shortestWaitMs
  let saidAt = clock.now()

  const finish = () => {
    if (!gone) parts.ended()
    gone = true
  }
  const batch = async (entries: RunEntry[]): Promise<Uint8Array> => {
    const data: StreamBatch = { events: await parts.show(entries), total: await parts.total() }
    return chunk(`event: events\nid: ${writeCursor(cursor)}\ndata: ${JSON.stringify(data)}`)
  }
  /** The next thing to say; undefined once nobody listens. */
  const next = async (): Promise<{ bytes: Uint8Array; last?: true } | undefined> => {
    while (!gone) {
      const { entries, next: reached } = await journal.page(cursor, batchSize)
      if (entries.length > 0) {
        cursor = reached
        waitMs = shortestWaitMs
        return { bytes: await batch(entries) }
      }
      if (over) {
        const end: StreamEnd = { run: parts.run, state: await parts.stateOf() }
        return { bytes: chunk(`event: end\nid: ${writeCursor(cursor)}\ndata: ${JSON.stringify(end)}`), last: true }
      }
      over = !(await parts.isOpen())
      if (over) continue
      if (clock.now() - saidAt >= heartbeatMs) return { bytes: chunk(': heartbeat') }
      await clock.pass(waitMs)
      waitMs = Math.min(longestWaitMs, waitMs * 1.5)
    }
    return undefined
  }

  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(chunk(`retry: ${retryMs}\n: ${parts.run}`)),
    pull: async (controller) => {
      try {
        const said = await next()
        if (said === undefined || gone) return
        saidAt = clock.now()
        controller.enqueue(said.bytes)
        if (said.last === undefined) return
        finish()
        controller.close()
      } catch (error) {
        finish()
        controller.error(error)
      }
    },
    cancel: finish,
  })
}
