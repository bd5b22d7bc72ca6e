/** Follows a run as it happens by server-sent events: what was missed while the line was down is caught up by the last id. */
import type { DisplayEvent, StreamBatch } from '../../../sim/messages/evaluation.ts'
import { streamOf } from './evaluation.ts'
import { createFrames } from './frames.ts'

export type Following = {
  onEvents(events: DisplayEvent[], total: number): void
  /** The run is over: nothing more will come. */
  onEnd(state: string): void
  /** The line is down (true) or there again. */
  onLost(lost: boolean): void
}

/** More waiting events than this are handed on without waiting for the next picture (assumed). */
const mostWaiting = 5000

const isBatch = (value: unknown): value is StreamBatch =>
  typeof value === 'object' && value !== null && 'events' in value && Array.isArray(value.events)

const stateIn = (value: unknown) =>
  typeof value === 'object' && value !== null && 'state' in value && typeof value.state === 'string' ? value.state : ''

/** From after the cursor on; EventSource itself comes back with the last id it saw. The function returned ends it. */
export const follow = (
  run: string,
  after: string | undefined,
  { onEvents, onEnd, onLost }: Following,
): (() => void) => {
  let total = 0
  const frames = createFrames<DisplayEvent>((events) => onEvents(events, total), mostWaiting)
  const source = new EventSource(streamOf(run, after))
  const close = () => {
    source.close()
    frames.stop()
  }
  source.addEventListener('open', () => onLost(false))
  source.addEventListener('error', () => onLost(true))
  source.addEventListener('events', ({ data }) => {
    const batch: unknown = JSON.parse(String(data))
    if (!isBatch(batch)) return
    total = batch.total
    frames.add(batch.events)
  })
  source.addEventListener('end', ({ data }) => {
    source.close()
    onEnd(stateIn(JSON.parse(String(data))))
  })
  return close
}
