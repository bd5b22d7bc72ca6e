/** Journal entries of questions that change nothing: written a moment after the answer left, and summed up when there are too many. */
import { describeCall, type Call } from './callEntry.ts'
import type { Clock } from './clock.ts'
import type { Fee } from './http.ts'
import type { Entry, EntryBody, Journal } from './journal.ts'

/** How long an entry may wait for others to share a write with (assumed); so much of the evidence a crash may cost. */
const longestWaitMs = 100
/** So many calls are written one by one at each writing; what comes on top is counted (assumed). */
const describedAtOnce = 20

/** Calls that differ in nothing but their contents. `first` stands for all of them. */
type Sum = { first: Call; order: number; at: number; calls: number; sizes: [number, number]; fees: Map<string, Fee> }

/** `path` is the route's pattern, so that a number in the path does not keep calls apart. */
const keyOf = ({ from, method, evidence, response }: Call, path: string) =>
  `${from?.id ?? ''} ${method} ${path} ${evidence.route?.purpose ?? ''} ${response.status}`

const addFees = (sum: Map<string, Fee>, fees: readonly Fee[]) => {
  for (const fee of fees) {
    const key = `${fee.item} ${fee.payer} ${fee.payee}`
    sum.set(key, { ...fee, quantity: fee.quantity + (sum.get(key)?.quantity ?? 0) })
  }
}

const bodyOf = ({ first, calls, sizes: [requestBytes, responseBytes], fees }: Sum, path: string): EntryBody => {
  const { requestId: _, fees: __, began: ___, ...body } = describeCall(first).body
  const owed = fees.size > 0 ? { fees: [...fees.values()] } : {}
  return { ...body, path, calls, requestBytes, responseBytes, ...owed }
}

/**
 * `add` never waits. Every call is counted, with its bytes and fees: `call` entries as always as long as there are few, then one `calls`
 * entry for all that are alike, which has `calls` (how many), summed bytes and summed fees, and no contents.
 */
export const createCallBuffer = (journal: Journal, clock: Clock, report: (error: unknown) => void) => {
  let described: (Call & { order: number; at: number })[] = []
  let sums = new Map<string, { path: string; sum: Sum }>()
  let timeout: NodeJS.Timeout | undefined

  const flush = async (): Promise<void> => {
    clearTimeout(timeout)
    timeout = undefined
    const [single, summed] = [described, sums]
    if (single.length === 0) return
    described = []
    sums = new Map()
    const entries = single.map((call): Entry => {
      const { order, at } = call
      return { order, at, kind: 'call', ...describeCall(call) }
    })
    for (const { path, sum } of summed.values())
      entries.push({ order: sum.order, at: sum.at, kind: 'calls', body: bodyOf(sum, path), aside: {} })
    await journal.appendAll(entries)
  }

  const add = (call: Call, path: string) => {
    timeout ??= setTimeout(() => void flush().catch(report), longestWaitMs).unref()
    if (described.length < describedAtOnce) {
      described.push({ ...call, order: clock.tick(), at: clock.now() })
      return
    }
    const key = keyOf(call, path)
    let known = sums.get(key)
    if (known === undefined) {
      known = {
        path,
        sum: { first: call, order: clock.tick(), at: clock.now(), calls: 0, sizes: [0, 0], fees: new Map() },
      }
      sums.set(key, known)
    }
    const { sum } = known
    sum.calls += 1
    sum.sizes[0] += call.request.bytes.length
    sum.sizes[1] += call.response.bytes.length
    // A request that met a bug will be repeated: it is charged then.
    if (call.response.status < 500) addFees(sum.fees, call.evidence.fees)
  }

  return { add, flush }
}
