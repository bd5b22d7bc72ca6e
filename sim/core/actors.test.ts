/** Durable actors: steps, timers, effects, repeats and restarts, on real databases. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { assign, raise, setup } from 'xstate'
import { actorTables, createActors, effect, timerActions, type Effect } from './actors.ts'
import { handledTable, outboxTable, timersTable } from './actorTables.ts'
import { createClock, DAY, HOUR, MINUTE, SECOND, type Clock } from './clock.ts'
import { createJournal, journalTable, readJournal, verifyJournal } from './journal.ts'
import { Unreachable } from './network.ts'
import { Problem } from './problem.ts'
import { openStore } from './store.ts'
import { testFolder } from './testSite.ts'

type VisitEvent =
  | { type: 'bill.made'; yen: number }
  | { type: 'payment.done' }
  | { type: 'payment.refused' }
  | { type: 'reminder.due' }
  | { type: 'reminder.moved'; dueAt: number }
  | { type: 'reminder.dropped' }

const visit = setup({
  types: { context: {} as { yen: number; reminders: number }, input: {} as { yen: number }, events: {} as VisitEvent },
  actions: {
    ...timerActions,
    add: assign({
      yen: ({ context, event }) => context.yen + (event.type === 'bill.made' ? event.yen : 0),
    }),
    remind: assign({ reminders: ({ context }) => context.reminders + 1 }),
    pay: effect<{ yen: number }>(),
    greet: effect(),
  },
}).createMachine({
  context: ({ input }) => ({ yen: input.yen, reminders: 0 }),
  initial: 'waiting',
  entry: 'greet',
  states: {
    waiting: {
      on: {
        'bill.made': {
          target: 'paying',
          actions: [
            'add',
            { type: 'pay', params: ({ context }) => ({ yen: context.yen }) },
            { type: 'schedule', params: { name: 'reminder', dueAt: DAY, event: { type: 'reminder.due' } } },
          ],
        },
      },
    },
    paying: {
      on: {
        'payment.done': 'paid',
        'payment.refused': 'waiting',
        'reminder.due': { actions: 'remind' },
        'reminder.moved': {
          actions: {
            type: 'schedule',
            params: ({ event }) => ({ name: 'reminder', dueAt: event.dueAt, event: { type: 'reminder.due' } }),
          },
        },
        'reminder.dropped': { actions: { type: 'unschedule', params: { name: 'reminder' } } },
      },
    },
    paid: { type: 'final' },
  },
})

type VisitEffects = Record<string, Effect<typeof visit>>

const open = async (given: { path?: string; clock?: Clock; effects?: VisitEffects } = {}) => {
  const path = given.path ?? join(testFolder(), 'clinic.db')
  const store = await openStore(path)
  onTestFinished(() => store.close())
  await store.declare(journalTable, ...actorTables)
  const clock = given.clock ?? createClock({ mode: 'virtual', startAt: 0 })
  const journal = createJournal(store, clock)
  const reported: unknown[] = []
  const report = (error: unknown) => void reported.push(error)
  const actors = createActors({ store, clock, journal, report, party: 'clinic' })
  const nothing = async () => undefined
  const visits = actors.define('visit', visit, { pay: nothing, greet: nothing, ...given.effects })
  const transitions = async () =>
    (await readJournal('clinic', store.read)).map(({ body }) => `${body['event']} -> ${body['to']}`)
  const timers = () => store.read.select().from(timersTable)
  const outbox = () => store.read.select().from(outboxTable)
  return { path, store, clock, journal, actors, visits, transitions, timers, outbox, reported }
}

const bill = { type: 'bill.made', yen: 500 } as const
const done = async () => ({ type: 'payment.done' as const })

test('a life begins, goes on by events, and each step is journalled', async () => {
  const { visits, transitions } = await open()
  await visits.start('1', { yen: 0 })
  expect(await visits.send('1', bill)).toEqual({
    id: '1',
    version: 2,
    state: 'paying',
    context: { yen: 500, reminders: 0 },
    done: false,
  })
  expect(await transitions()).toEqual(['start -> waiting', 'bill.made -> paying'])
})

test('a life that has begun is not begun again', async () => {
  const { visits, transitions } = await open()
  await visits.start('1', { yen: 0 })
  expect((await visits.start('1', { yen: 999 })).context.yen).toBe(0)
  expect(await transitions()).toEqual(['start -> waiting'])
})

test('an effect is carried out and what came of it is told to the actor', async () => {
  const { visits, outbox } = await open({ effects: { pay: done } })
  await visits.start('1', { yen: 0 })
  const paid = await visits.send('1', bill)
  expect({ state: paid.state, done: paid.done, outbox: await outbox() }).toEqual({
    state: 'paid',
    done: true,
    outbox: [],
  })
})

test('an effect is given its parameters, the actor, and a request id that no other party gives', async () => {
  const given: unknown[] = []
  const pay: Effect<typeof visit> = async (input) => void given.push(input)
  const { visits } = await open({ effects: { pay } })
  await visits.start('受付 1', { yen: 0 })
  await visits.send('受付 1', bill)
  expect(given).toEqual([
    {
      id: '受付 1',
      context: { yen: 500, reminders: 0 },
      params: { yen: 500 },
      requestId: 'clinic.visit:%E5%8F%97%E4%BB%98%201:2:0',
      attempts: 0,
    },
  ])
})

test('what is told of an actor is what is stored of it', async () => {
  const { visits } = await open()
  await visits.start('1', { yen: 0 })
  const told = await visits.send('1', bill)
  expect(await visits.get('1')).toStrictEqual(told)
})

test('an actor that does not exist is a 404 problem', async () => {
  const { visits } = await open()
  await expect(visits.send('1', bill)).rejects.toMatchObject({ status: 404, code: 'no-such-visit' })
  await expect(visits.get('1')).rejects.toMatchObject({ status: 404 })
  expect(await visits.find('1')).toBeUndefined()
})

test('an event that the state has no place for is a 409 problem and changes nothing', async () => {
  const { visits, transitions } = await open()
  await visits.start('1', { yen: 0 })
  await expect(visits.send('1', { type: 'payment.done' }, 'a')).rejects.toMatchObject({ status: 409, code: 'not-now' })
  expect(await transitions()).toEqual(['start -> waiting'])
})

test('a request refused for now may be repeated under its id later', async () => {
  const { visits } = await open()
  await visits.start('1', { yen: 0 })
  await expect(visits.send('1', { type: 'payment.done' }, 'a')).rejects.toThrow(Problem)
  await visits.send('1', bill, 'b')
  expect((await visits.send('1', { type: 'payment.done' }, 'a')).state).toBe('paid')
})

test('a request id heard before changes nothing, even where its event has no place any more', async () => {
  const { visits, transitions } = await open()
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill, 'a')
  expect((await visits.send('1', bill, 'a')).version).toBe(2)
  expect(await transitions()).toEqual(['start -> waiting', 'bill.made -> paying'])
})

test('heard request ids are forgotten after thirty days', async () => {
  const { visits, clock, store } = await open()
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill, 'a')
  await clock.advance(31 * DAY)
  await visits.send('1', { type: 'payment.refused' }, 'b')
  expect((await store.read.select().from(handledTable)).map(({ requestId }) => requestId)).toEqual(['b'])
})

test('one transaction holds snapshot, timer, effect and journal entry: what throws leaves none of them', async () => {
  const { visits, store, timers, outbox, transitions } = await open()
  await visits.start('1', { yen: 0 })
  await store.write((tx) => tx.run('alter table journal rename to hidden'))
  await expect(visits.send('1', bill)).rejects.toThrow()
  await store.write((tx) => tx.run('alter table hidden rename to journal'))
  expect([(await visits.get('1')).version, await timers(), await outbox(), await transitions()]).toEqual([
    1,
    [],
    [],
    ['start -> waiting'],
  ])
})

test('a timer fires once, when it is due', async () => {
  const { visits, clock, timers } = await open()
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill)
  await clock.advance(DAY - 1)
  expect((await visits.get('1')).context.reminders).toBe(0)
  await clock.advance(10 * DAY)
  expect([(await visits.get('1')).context.reminders, await timers()]).toEqual([1, []])
})

test('setting a timer again moves it', async () => {
  const { visits, clock } = await open()
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill)
  await visits.send('1', { type: 'reminder.moved', dueAt: 3 * DAY })
  await clock.advance(2 * DAY)
  expect((await visits.get('1')).context.reminders).toBe(0)
  await clock.advance(2 * DAY)
  expect((await visits.get('1')).context.reminders).toBe(1)
})

test('a timer that is dropped does not fire', async () => {
  const { visits, clock, timers } = await open()
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill)
  await visits.send('1', { type: 'reminder.dropped' })
  await clock.advance(2 * DAY)
  expect([(await visits.get('1')).context.reminders, await timers()]).toEqual([0, []])
})

test('a timer set for an instant that is past fires at once', async () => {
  const { visits, clock } = await open({ clock: createClock({ mode: 'virtual', startAt: 5 * DAY }) })
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill)
  await clock.advance(0)
  expect([(await visits.get('1')).context.reminders, clock.now()]).toEqual([1, 5 * DAY])
})

test('a timer that its actor has no use for any more is passed over', async () => {
  const { visits, clock, timers } = await open({ effects: { pay: done } })
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill)
  await clock.advance(2 * DAY)
  expect([(await visits.get('1')).state, await timers()]).toEqual(['paid', []])
})

test('due timers fire after a restart', async () => {
  const before = await open()
  await before.visits.start('1', { yen: 0 })
  await before.visits.send('1', bill)
  await before.store.close()
  const { visits, clock, actors } = await open({
    path: before.path,
    clock: createClock({ mode: 'virtual', startAt: 3 * DAY }),
  })
  await actors.resume()
  await clock.advance(0)
  expect((await visits.get('1')).context.reminders).toBe(1)
})

test('an effect whose process died before it was carried out is carried out by the next, under the same id', async () => {
  const ids: string[] = []
  const dies: Effect<typeof visit> = ({ requestId }) => {
    ids.push(requestId)
    return new Promise(() => undefined)
  }
  const before = await open({ effects: { pay: dies } })
  await before.visits.start('1', { yen: 0 })
  void before.visits.send('1', bill)
  while (ids.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await before.store.close()

  const pay: Effect<typeof visit> = async ({ requestId }) => {
    ids.push(requestId)
    return { type: 'payment.done' }
  }
  const { visits, actors } = await open({ path: before.path, effects: { pay } })
  await actors.resume()
  expect([(await visits.get('1')).state, ids]).toEqual(['paid', ['clinic.visit:1:2:0', 'clinic.visit:1:2:0']])
})

test('repeating the request carries out what its process died over, without a resume', async () => {
  const before = await open({ effects: { pay: () => new Promise(() => undefined) } })
  await before.visits.start('1', { yen: 0 })
  void before.visits.send('1', bill, 'a')
  while ((await before.outbox()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  const { visits } = await open({ path: before.path, effects: { pay: done } })
  expect((await visits.send('1', bill, 'a')).state).toBe('paid')
})

test('an effect that got no answer is tried again after 1, 2, 4 minutes, under the same id', async () => {
  const tries: [number, string, number][] = []
  const clock = createClock({ mode: 'virtual', startAt: 0 })
  const pay: Effect<typeof visit> = async ({ requestId, attempts }) => {
    tries.push([clock.now() / MINUTE, requestId, attempts])
    if (attempts < 3) throw new Unreachable('payment', 'down')
    return { type: 'payment.done' }
  }
  const { visits } = await open({ clock, effects: { pay } })
  await visits.start('1', { yen: 0 })
  expect((await visits.send('1', bill)).state).toBe('paying')
  await clock.advance(HOUR)
  expect(tries).toEqual([
    [0, 'clinic.visit:1:2:0', 0],
    [1, 'clinic.visit:1:2:0', 1],
    [3, 'clinic.visit:1:2:0', 2],
    [7, 'clinic.visit:1:2:0', 3],
  ])
  expect((await visits.get('1')).state).toBe('paid')
})

test('waiting between tries never takes longer than an hour', async () => {
  const clock = createClock({ mode: 'virtual', startAt: 0 })
  const tries: number[] = []
  const pay: Effect<typeof visit> = async () => {
    tries.push(clock.now())
    throw new Unreachable('payment', 'down')
  }
  const { visits } = await open({ clock, effects: { pay } })
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill)
  await clock.advance(DAY)
  expect(Math.max(...tries.slice(1).map((at, i) => at - (tries[i] ?? 0)))).toBe(HOUR)
})

test.each([502, 503, 504])('an answer of %i is tried again like none', async (status) => {
  const clock = createClock({ mode: 'virtual', startAt: 0 })
  const pay: Effect<typeof visit> = async ({ attempts }) => {
    if (attempts === 0) throw new Problem(status, 'injected-error', 'not now')
    return { type: 'payment.done' }
  }
  const { visits } = await open({ clock, effects: { pay } })
  await visits.start('1', { yen: 0 })
  await visits.send('1', bill)
  await clock.advance(MINUTE)
  expect((await visits.get('1')).state).toBe('paid')
})

test('an effect that waits for its next try is taken up by a new process at its time', async () => {
  const before = await open({
    effects: {
      pay: async () => {
        throw new Unreachable('payment', 'down')
      },
    },
  })
  await before.visits.start('1', { yen: 0 })
  await before.visits.send('1', bill)
  await before.store.close()
  const { visits, clock, actors } = await open({ path: before.path, effects: { pay: done } })
  await actors.resume()
  expect((await visits.get('1')).state).toBe('paying')
  await clock.advance(MINUTE)
  expect((await visits.get('1')).state).toBe('paid')
})

test('a bug in an effect surfaces where the event was sent, and the effect stays to be carried out', async () => {
  const pay: Effect<typeof visit> = async () => {
    throw new Error('bug')
  }
  const { visits, outbox } = await open({ effects: { pay } })
  await visits.start('1', { yen: 0 })
  await expect(visits.send('1', bill)).rejects.toThrow('bug')
  expect((await outbox()).map(({ effect: name }) => name)).toEqual(['pay'])
})

test('a bug in a pending effect is reported by resume, which goes on with the others', async () => {
  const before = await open({
    effects: {
      pay: async () => {
        throw new Error('first bug')
      },
    },
  })
  for (const id of ['1', '2']) {
    await before.visits.start(id, { yen: 0 })
    await before.visits.send(id, bill).catch(() => undefined)
  }
  const pay: Effect<typeof visit> = async ({ id }) => {
    if (id === '1') throw new Error('second bug')
    return { type: 'payment.done' }
  }
  const { visits, actors, reported } = await open({ path: before.path, effects: { pay } })
  await actors.resume()
  expect([reported, (await visits.get('2')).state]).toEqual([[new Error('second bug')], 'paid'])
})

test('200 concurrent events to one actor through two runtimes on one file are 200 steps', async () => {
  const counter = setup({
    types: { context: {} as { count: number }, events: {} as { type: 'one.more' } },
    actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
  }).createMachine({
    context: { count: 0 },
    initial: 'on',
    states: { on: { on: { 'one.more': { actions: 'count' } } } },
  })
  const first = await open()
  const second = await open({ path: first.path })
  const kinds = [first.actors.define('counter', counter), second.actors.define('counter', counter)]
  await kinds[0]?.start('c', undefined)
  await Promise.all(Array.from({ length: 200 }, (_, i) => kinds[i % 2]?.send('c', { type: 'one.more' }, `${i}`)))
  expect(await kinds[1]?.get('c')).toMatchObject({ version: 201, context: { count: 200 } })
  expect(await verifyJournal(first.store.read)).toMatchObject({ result: 'intact', entries: 201 })
})

test('an actor that changed while its effect was carried out is told on top of the change', async () => {
  const first = await open()
  const pay: Effect<typeof visit> = async () => {
    await first.visits.send('1', { type: 'reminder.moved', dueAt: 2 * DAY })
    return { type: 'payment.done' }
  }
  const second = await open({ path: first.path, effects: { pay } })
  await second.visits.start('1', { yen: 0 })
  expect(await second.visits.send('1', bill)).toMatchObject({ state: 'paid', version: 4 })
})

test('one request sent through two runtimes at once is carried out once', async () => {
  const first = await open({ effects: { pay: done } })
  const second = await open({ path: first.path, effects: { pay: done } })
  await first.visits.start('1', { yen: 0 })
  await Promise.all([first.visits.send('1', bill, 'a'), second.visits.send('1', bill, 'a')])
  expect(await first.transitions()).toEqual(['start -> waiting', 'bill.made -> paying', 'payment.done -> paid'])
})

test('an effect carried out by two runtimes at once is delivered once', async () => {
  let ran = 0
  const pay: Effect<typeof visit> = async () => {
    ran += 1
    while (ran < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    return { type: 'payment.done' }
  }
  const first = await open({ effects: { pay } })
  const second = await open({ path: first.path, effects: { pay } })
  await first.visits.start('1', { yen: 0 })
  const sent = first.visits.send('1', bill)
  while ((await first.outbox()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await Promise.all([sent, second.actors.resume()])
  expect(await first.transitions()).toEqual(['start -> waiting', 'bill.made -> paying', 'payment.done -> paid'])
})

test('two senders of one runtime do not carry out one effect twice', async () => {
  let ran = 0
  const pay: Effect<typeof visit> = async () => {
    ran += 1
    await new Promise((resolve) => setTimeout(resolve, 5))
    return { type: 'payment.done' }
  }
  const { visits } = await open({ effects: { pay } })
  await visits.start('1', { yen: 0 })
  const [first, second] = await Promise.all([visits.send('1', bill, 'a'), visits.send('1', bill, 'a')])
  expect([ran, first.state, second.state]).toEqual([1, 'paid', 'paid'])
})

test('an effect may speak to its own actor', async () => {
  const holder: { send?: () => Promise<unknown> } = {}
  const pay: Effect<typeof visit> = async () => void (await holder.send?.())
  const { visits } = await open({ effects: { pay } })
  holder.send = () => visits.send('1', { type: 'payment.refused' }, 'inner')
  await visits.start('1', { yen: 0 })
  expect((await visits.send('1', bill)).state).toBe('waiting')
})

test('two actors whose effects speak to each other do not wait for each other', async () => {
  const player = setup({
    types: { events: {} as { type: 'ball.thrown'; to: string; left: number } },
    actions: { throw: effect<{ to: string; left: number }>() },
  }).createMachine({
    initial: 'playing',
    states: {
      playing: {
        on: {
          'ball.thrown': {
            guard: ({ event }) => event.left > 0,
            actions: { type: 'throw', params: ({ event }) => ({ to: event.to, left: event.left - 1 }) },
          },
        },
      },
    },
  })
  const { actors } = await open()
  let thrown = 0
  const players = actors.define('player', player, {
    throw: async ({ id, params: { to, left }, requestId }) => {
      thrown += 1
      if (left > 0) await players.send(to, { type: 'ball.thrown', to: id, left }, requestId)
    },
  })
  for (const id of ['a', 'b']) await players.start(id, undefined)
  await Promise.all([
    players.send('a', { type: 'ball.thrown', to: 'b', left: 5 }),
    players.send('b', { type: 'ball.thrown', to: 'a', left: 5 }),
  ])
  await actors.resume()
  expect(thrown).toBe(10)
})

test('parallel and nested states are kept, and told as JSON', async () => {
  const box = setup({ types: { events: {} as { type: 'power.on' | 'menu.opened' | 'menu.closed' } } }).createMachine({
    type: 'parallel',
    states: {
      power: { initial: 'off', states: { off: { on: { 'power.on': 'on' } }, on: {} } },
      screen: {
        initial: 'tv',
        states: {
          tv: { on: { 'menu.opened': 'menu' } },
          menu: { initial: 'top', states: { top: {} }, on: { 'menu.closed': 'tv' } },
        },
      },
    },
  })
  const before = await open()
  const boxes = before.actors.define('box', box)
  await boxes.start('b', undefined)
  await boxes.send('b', { type: 'menu.opened' })
  const again = (await open({ path: before.path })).actors.define('box', box)
  const { state } = await again.send('b', { type: 'power.on' })
  expect(JSON.parse(state)).toEqual({ power: 'on', screen: { menu: 'top' } })
})

test('a history state remembers where it was', async () => {
  const player = setup({ types: { events: {} as { type: 'song.next' | 'call.came' | 'call.over' } } }).createMachine({
    initial: 'playing',
    states: {
      playing: {
        initial: 'first',
        on: { 'call.came': 'silent' },
        states: { first: { on: { 'song.next': 'second' } }, second: {}, back: { type: 'history' } },
      },
      silent: { on: { 'call.over': 'playing.back' } },
    },
  })
  const { actors } = await open()
  const players = actors.define('player', player)
  await players.start('p', undefined)
  for (const type of ['song.next', 'call.came', 'call.over'] as const) await players.send('p', { type })
  expect((await players.get('p')).state).toBe('{"playing":"second"}')
})

test('actors are listed by their state, in the order of their ids', async () => {
  const { visits } = await open()
  for (const id of ['b', 'a', 'c']) await visits.start(id, { yen: 0 })
  await visits.send('c', bill)
  expect((await visits.list('waiting')).map(({ id }) => id)).toEqual(['a', 'b'])
  expect((await visits.list()).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  expect((await visits.page('', 2)).map(({ id }) => id)).toEqual(['a', 'b'])
  expect((await visits.page('b', 2)).map(({ id }) => id)).toEqual(['c'])
})

test('a bug in a machine surfaces and changes nothing', async () => {
  const broken = setup({
    types: { context: {} as { n: number }, events: {} as { type: 'go' } },
    actions: {
      fail: assign(() => {
        throw new Error('bug in the machine')
      }),
    },
  }).createMachine({ context: { n: 0 }, initial: 'on', states: { on: { on: { go: { actions: 'fail' } } } } })
  const { actors } = await open()
  const kind = actors.define('broken', broken)
  await kind.start('x', undefined)
  await expect(kind.send('x', { type: 'go' })).rejects.toThrow('bug in the machine')
  expect((await kind.get('x')).version).toBe(1)
})

test('a machine whose effect nobody carries out is not accepted', async () => {
  const { actors } = await open()
  expect(() => actors.define('other', visit, { pay: done })).toThrow('nothing carries out greet of other')
})

test('a delay of XState itself, which would be forgotten, is refused', async () => {
  const forgetful = setup({ types: { events: {} as { type: 'late' } } }).createMachine({
    initial: 'on',
    entry: raise({ type: 'late' }, { delay: SECOND }),
    states: { on: { on: { late: 'off' } }, off: {} },
  })
  const { actors } = await open()
  await expect(actors.define('forgetful', forgetful).start('x', undefined)).rejects.toThrow('is not durable')
})
