/** Many wall times in little memory: percentiles within one per cent, and a histogram with round bounds. */

/** Percentiles lie within this share of the exact value (assumed): finer than two runs on one machine agree. */
export const accuracy = 0.01
const growth = (1 + accuracy) / (1 - accuracy)
const logGrowth = Math.log(growth)

/** Below this all is one (assumed): wall time is written in thousandths of a millisecond. */
const leastMs = 0.001

/** Upper ends of the bars, in ms; what is longer falls into one more. */
export const bounds: readonly number[] = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]

/** So many are needed for a percentile to be one of them rather than the longest of all. */
const fewest = (share: number) => Math.round(1 / (1 - share))

export type Latency = {
  timed: number
  most: number
  slowest: string | null
  /** How many lie in (growth^(n-1), growth^n] ms, by n. */
  fine: Map<number, number>
  coarse: number[]
}

export const noLatency = (): Latency => ({
  timed: 0,
  most: 0,
  slowest: null,
  fine: new Map(),
  coarse: Array.from({ length: bounds.length + 1 }, () => 0),
})

export const addLatency = (latency: Latency, ms: number, event: string): void => {
  const fine = Math.ceil(Math.log(Math.max(ms, leastMs)) / logGrowth)
  latency.fine.set(fine, (latency.fine.get(fine) ?? 0) + 1)
  const bar = bounds.findIndex((bound) => ms <= bound)
  const coarse = bar === -1 ? bounds.length : bar
  latency.coarse[coarse] = (latency.coarse[coarse] ?? 0) + 1
  latency.timed += 1
  if (latency.slowest === null || ms > latency.most) {
    latency.most = ms
    latency.slowest = event
  }
}

/** Two as one; neither is changed. */
export const joinLatency = (a: Latency, b: Latency): Latency => {
  const fine = new Map(a.fine)
  for (const [key, count] of b.fine) fine.set(key, (fine.get(key) ?? 0) + count)
  const longer = b.slowest !== null && (a.slowest === null || b.most > a.most) ? b : a
  return {
    timed: a.timed + b.timed,
    most: longer.most,
    slowest: longer.slowest,
    fine,
    coarse: a.coarse.map((count, bar) => count + (b.coarse[bar] ?? 0)),
  }
}

/** The wall time that `share` of all stay at or below (nearest rank); null where there are too few to say. */
export const percentile = ({ fine, timed, most }: Latency, share: number): number | null => {
  if (timed === 0 || timed < fewest(share)) return null
  const rank = Math.ceil(share * timed)
  let passed = 0
  for (const key of [...fine.keys()].sort((a, b) => a - b)) {
    passed += fine.get(key) ?? 0
    if (passed >= rank) return Math.min(most, (2 * growth ** key) / (growth + 1))
  }
  return most
}
