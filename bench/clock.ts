/** Events per second of the virtual clock, next to an empty loop of awaits in the same run. */
import { createClock } from '../sim/core/clock.ts'

const count = Number(process.argv[2] ?? 500_000)

const perSecond = async (work: () => Promise<unknown>) => {
  const startedAt = performance.now()
  await work()
  return Math.round((count * 1000) / (performance.now() - startedAt))
}

const nothing = async () => {}
const emptyLoop = async () => {
  for (let i = 0; i < count; i++) await nothing()
}
const events = async () => {
  const clock = createClock({ mode: 'virtual' })
  // Half of them lie in the heap from the start, the other half are set by those.
  for (let i = 0; i < count / 2; i++) {
    const dueAt = (i * 7919) % count
    clock.at(dueAt, async () => void clock.at(dueAt + 1000, nothing))
  }
  await clock.advance(2 * count)
}

await events()
const empty = await perSecond(emptyLoop)
const rate = await perSecond(events)
console.log(`clock: ${rate} events/s, ${(rate / empty).toFixed(3)} of an empty loop of awaits (${empty}/s)`)
