/** What the revocation benchmarks measure with: clocks, watched event loops, invented serial numbers and tables of results. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

export type Row = { what: string; count: number; figure: string; ratio?: number; values: Record<string, number> }

export const { values: options } = parseArgs({
  options: { json: { type: 'string' }, full: { type: 'boolean', default: false } },
})

/** Serial numbers run in sequence; every fifth certificate ever issued is revoked (assumed). */
export const firstSerial = 0x0133c349
export const step = 5

/** Processor time of this process: on a shared machine the wall clock measures the others as well. */
export async function cpuMilliseconds(work: () => Promise<unknown> | unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Processor time of the quickest of some runs: the others were disturbed. */
export async function quickest(runs: number, work: () => Promise<unknown> | unknown): Promise<number> {
  let best = Infinity
  for (let i = 0; i < runs; i++) best = Math.min(best, await cpuMilliseconds(work))
  return best
}

/** The same for work and calibration in turn, so that both find the machine alike. */
export async function sideBySide(runs: number, calibrate: () => unknown, work: () => Promise<unknown> | unknown) {
  const best = { calibration: Infinity, ms: Infinity }
  for (let i = 0; i < runs; i++) {
    best.calibration = Math.min(best.calibration, await cpuMilliseconds(calibrate))
    best.ms = Math.min(best.ms, await cpuMilliseconds(work))
  }
  return best
}

const tickMs = 5
const stallMs = 50

/** Runs the work and watches from a timer how long the event loop was held and how much memory the process had. */
export async function watched(work: () => Promise<unknown>) {
  let last = performance.now()
  let stalls = 0
  let longestMs = 0
  let peakBytes = process.memoryUsage.rss()
  const look = () => {
    const now = performance.now()
    const held = now - last - tickMs
    last = now
    longestMs = Math.max(longestMs, held)
    if (held > stallMs) stalls++
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }
  const timer = setInterval(look, tickMs)
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await work()
  const wallMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  await new Promise((resolve) => setTimeout(resolve, 2 * tickMs))
  clearInterval(timer)
  return { wallMs, cpuMs: (user + system) / 1000, stalls, longestMs, peakBytes }
}

/** Numbers below `limit` as they come from a xorshift generator: the same in every run. */
export function drawn(count: number, limit: number): Uint32Array {
  let state = 0x9e3779b9
  return Uint32Array.from({ length: count }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  })
}

export function report(rows: Row[], about: Record<string, string | number>): void {
  const head = ['what', 'count', 'figure', 'ratio']
  const lines = rows.map(({ what, count, figure, ratio }) => [
    ...[what, count.toLocaleString('en'), figure, ratio === undefined ? '' : ratio.toFixed(2)],
  ])
  const widths = head.map((name, at) => Math.max(name.length, ...lines.map((line) => (line[at] ?? '').length)))
  const format = (line: string[]) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')
  console.log([head, ...lines].map(format).join('\n'))
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ about, rows }, undefined, 2)}\n`)
}
