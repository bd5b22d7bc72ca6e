/** The clock in its three modes. */
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createClock, DAY } from './clock.ts'

const virtual = () => createClock({ mode: 'virtual', startAt: 0 })

test('virtual time stands still until it is advanced', async () => {
  const clock = virtual()
  await wait(5)
  expect(clock.now()).toBe(0)
})

test('two chained one-day delays fire on days 1 and 2 of a 10-day jump', async () => {
  const clock = virtual()
  const days: number[] = []
  clock.at(DAY, () => {
    days.push(clock.now() / DAY)
    clock.at(clock.now() + DAY, () => void days.push(clock.now() / DAY))
  })
  await clock.advance(10 * DAY)
  expect({ days, now: clock.now() }).toEqual({ days: [1, 2], now: 10 * DAY })
})

test('jobs run by time, and at one instant in the order they were set', async () => {
  const clock = virtual()
  const ran: string[] = []
  clock.at(20, () => void ran.push('late'))
  clock.at(10, () => void ran.push('first'))
  clock.at(10, () => void ran.push('second'))
  expect(await clock.advance(30)).toBe(3)
  expect(ran).toEqual(['first', 'second', 'late'])
})

test('a job due in the past of the target, set while advancing, runs in the same advance', async () => {
  const clock = virtual()
  const seen: number[] = []
  clock.at(100, () => void clock.at(40, () => void seen.push(clock.now())))
  await clock.advance(200)
  expect(seen).toEqual([100])
})

test('a job that is due already runs at the next advance, even by nothing', async () => {
  const clock = createClock({ mode: 'virtual', startAt: 50 })
  const seen: number[] = []
  clock.at(10, () => void seen.push(clock.now()))
  await clock.advance(0)
  expect(seen).toEqual([50])
})

test('a cancelled job does not run', async () => {
  const clock = virtual()
  const ran: number[] = []
  const cancel = clock.at(10, () => void ran.push(1))
  cancel()
  expect(await clock.advance(20)).toBe(0)
})

test('time does not jump while a call is in flight', async () => {
  const clock = virtual()
  const seen: string[] = []
  clock.at(10, () => void seen.push('job'))
  const call = clock.hold(wait(20).then(() => void seen.push(`answer at ${clock.now()}`)))
  await clock.advance(10)
  await call
  expect(seen).toEqual(['answer at 0', 'job'])
})

test('time does not jump while calls follow from calls', async () => {
  const clock = virtual()
  const seen: string[] = []
  clock.at(10, () => void seen.push('job'))
  const inner = () => clock.hold(wait(10).then(() => void seen.push('inner')))
  void clock.hold(wait(5).then(() => void inner()))
  await clock.advance(10)
  expect(seen).toEqual(['inner', 'job'])
})

test('a call that fails lets time go on', async () => {
  const clock = virtual()
  const call = clock.hold(Promise.reject(new Error('failed')))
  await expect(call).rejects.toThrow('failed')
  expect(await clock.advance(10)).toBe(0)
})

test('a job that throws rejects the advance, and the next one goes on from there', async () => {
  const clock = virtual()
  const ran: number[] = []
  clock.at(10, () => Promise.reject(new Error('bug')))
  clock.at(20, () => void ran.push(clock.now()))
  await expect(clock.advance(30)).rejects.toThrow('bug')
  expect(clock.now()).toBe(10)
  await clock.advance(30)
  expect(ran).toEqual([20])
})

test('a job that would advance its own clock is refused instead of waiting for itself', async () => {
  const clock = virtual()
  clock.at(10, async () => void (await clock.advance(10)))
  await expect(clock.advance(20)).rejects.toThrow('a job cannot advance the clock that runs it')
})

test('what a job left running may advance the clock later', async () => {
  const clock = virtual()
  let later: Promise<number> | undefined
  clock.at(10, () => {
    later = wait(5).then(() => clock.advance(10))
  })
  await clock.advance(10)
  await later
  expect(clock.now()).toBe(20)
})

test('two advances asked for at once happen one after the other', async () => {
  const clock = virtual()
  await Promise.all([clock.advance(DAY), clock.advance(DAY)])
  expect(clock.now()).toBe(2 * DAY)
})

test('passing time fires nothing by itself', async () => {
  const clock = virtual()
  const ran: number[] = []
  clock.at(10, () => void ran.push(clock.now()))
  await clock.pass(50)
  expect({ ran, now: clock.now() }).toEqual({ ran: [], now: 50 })
  await clock.advance(0)
  expect(ran).toEqual([50])
})

test('neither time nor order goes back when another clock is heard', () => {
  const clock = createClock({ mode: 'virtual', startAt: 100 })
  clock.observe({ now: 500, order: 7 })
  clock.observe({ now: 200, order: 3 })
  expect(clock.reached()).toEqual({ now: 500, order: 7 })
  expect(clock.tick()).toBe(8)
})

test('a clock at real speed takes its order, but not its time, from another', () => {
  const clock = createClock({ mode: 'interactive', startAt: 0 })
  clock.observe({ now: DAY, order: 7 })
  expect(clock.now()).toBeLessThan(DAY)
  expect(clock.tick()).toBe(8)
})

test.each([NaN, Infinity])('a job cannot be due at %s, nor time advance there', async (instant) => {
  const clock = virtual()
  expect(() => clock.at(instant, () => undefined)).toThrow('cannot be due')
  await expect(clock.advance(instant)).rejects.toThrow('cannot be advanced')
})

test('ten thousand jobs that are set and cancelled again leave nothing behind', () => {
  const clock = virtual()
  for (let i = 0; i < 10_000; i++) clock.at(DAY + i, () => undefined)()
  expect(clock.nextDueAt()).toBeUndefined()
})

test('a real clock cannot be advanced', async () => {
  const clock = createClock({ mode: 'real' })
  await expect(clock.advance(DAY)).rejects.toThrow('a real clock cannot be advanced')
  await expect(clock.advanceTo(DAY)).rejects.toThrow('a real clock cannot be advanced')
})

test.each(['interactive', 'real'] as const)('an %s clock runs what falls due by itself', async (mode) => {
  const clock = createClock({ mode })
  const due = clock.now() + 20
  const ran = new Promise<number>((resolve) => clock.at(due, () => resolve(clock.now())))
  expect(await ran).toBeGreaterThanOrEqual(due)
})

test('an interactive clock goes on at real speed from where it was advanced to', async () => {
  const clock = createClock({ mode: 'interactive', startAt: 0 })
  const days: number[] = []
  clock.at(DAY, () => {
    days.push(Math.floor(clock.now() / DAY))
    clock.at(clock.now() + DAY, () => void days.push(Math.floor(clock.now() / DAY)))
  })
  await clock.advance(3 * DAY)
  expect(days).toEqual([1, 2])
  const reached = clock.now()
  expect(reached - 3 * DAY).toBeLessThan(DAY)
  await wait(20)
  expect(clock.now()).toBeGreaterThan(reached)
})

test('an interactive clock lets slow messages pass at once while it is advanced', async () => {
  const clock = createClock({ mode: 'interactive', startAt: 0 })
  clock.at(DAY, () => clock.pass(3650 * DAY))
  await clock.advance(2 * DAY)
  expect(clock.now()).toBeGreaterThanOrEqual(3651 * DAY)
})

test('calls that never cease do not keep an interactive clock from being advanced', async () => {
  const clock = createClock({ mode: 'interactive', startAt: 0 })
  let busy = true
  const calls = async () => {
    while (busy) await clock.hold(wait(2))
  }
  const traffic = [calls(), wait(1).then(calls)]
  await clock.advance(DAY)
  busy = false
  await Promise.all(traffic)
  expect(clock.now()).toBeGreaterThanOrEqual(DAY)
})

test.each(['interactive', 'real'] as const)('on an %s clock calls under way do not delay what is due', async (mode) => {
  const clock = createClock({ mode })
  const call = Promise.withResolvers<void>()
  const held = clock.hold(call.promise)
  await new Promise<void>((resolve) => clock.at(clock.now() + 5, resolve))
  call.resolve()
  await held
})

test('a slow job keeps neither the real clock nor the next job waiting', async () => {
  const clock = createClock({ mode: 'real' })
  const dueAt = clock.now()
  let release = () => {}
  clock.at(dueAt, () => new Promise<void>((resolve) => (release = resolve)))
  await new Promise<void>((resolve) => clock.at(dueAt + 10, resolve))
  expect(clock.now()).toBeGreaterThanOrEqual(dueAt + 10)
  release()
})

test('a bug in a job that ran by itself is told to onError', async () => {
  const onError = vi.fn()
  const clock = createClock({ mode: 'real', onError })
  clock.at(clock.now(), () => {
    throw new Error('bug')
  })
  await vi.waitFor(() => expect(onError).toHaveBeenCalledWith(new Error('bug')))
})

test('a wait longer than a timer can count is not over at once', async () => {
  const clock = createClock({ mode: 'real' })
  const ran: number[] = []
  clock.at(clock.now() + 60 * DAY, () => void ran.push(1))
  await wait(20)
  expect(ran).toEqual([])
})

test('a stopped clock runs nothing more', async () => {
  const clock = createClock({ mode: 'real' })
  const ran: number[] = []
  clock.at(clock.now() + 5, () => void ran.push(1))
  clock.stop()
  await wait(20)
  expect(ran).toEqual([])
})
