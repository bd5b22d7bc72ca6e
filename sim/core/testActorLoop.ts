/**
 * A process of its own that keeps sending to a durable actor until it is killed: `node testActorLoop.ts <folder> <until>`.
 * Each deposit is booked by an effect in a second actor; what was acknowledged is noted in the file `acknowledged`.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assign, setup } from 'xstate'
import { actorTables, createActors, effect, timerActions } from './actors.ts'
import { createClock, SECOND } from './clock.ts'
import { createJournal, journalTable } from './journal.ts'
import { openStore } from './store.ts'

const ledgerMachine = setup({
  types: { context: {} as { booked: number }, events: {} as { type: 'deposit.booked' } },
  actions: { count: assign({ booked: ({ context }) => context.booked + 1 }) },
}).createMachine({
  context: { booked: 0 },
  initial: 'open',
  states: { open: { on: { 'deposit.booked': { actions: 'count' } } } },
})

const accountMachine = setup({
  types: {
    context: {} as { deposits: number; confirmed: number; reminded: number },
    events: {} as { type: 'deposit.made'; now: number } | { type: 'deposit.confirmed' } | { type: 'reminder.due' },
  },
  actions: {
    ...timerActions,
    deposit: assign({ deposits: ({ context }) => context.deposits + 1 }),
    confirm: assign({ confirmed: ({ context }) => context.confirmed + 1 }),
    remind: assign({ reminded: ({ context }) => context.reminded + 1 }),
    book: effect(),
  },
}).createMachine({
  context: { deposits: 0, confirmed: 0, reminded: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        'deposit.made': {
          actions: [
            'deposit',
            'book',
            {
              type: 'schedule',
              params: ({ context, event }) => ({
                name: `reminder-${context.deposits}`,
                dueAt: event.now + SECOND,
                event: { type: 'reminder.due' },
              }),
            },
          ],
        },
        'deposit.confirmed': { actions: 'confirm' },
        'reminder.due': { actions: 'remind' },
      },
    },
  },
})

/** The bank of this folder, as it was left. */
export const openBank = async (folder: string) => {
  const store = await openStore(join(folder, 'bank.db'))
  await store.declare(journalTable, ...actorTables)
  const clock = createClock({ mode: 'virtual', startAt: 0 })
  const journal = createJournal(store, clock)
  const report = (error: unknown) => {
    throw error
  }
  const actors = createActors({ store, clock, journal, report, party: 'bank' })
  const ledgers = actors.define('ledger', ledgerMachine)
  const accounts = actors.define('account', accountMachine, {
    book: async ({ requestId }) => {
      await ledgers.send('ledger', { type: 'deposit.booked' }, requestId)
      return { type: 'deposit.confirmed' as const }
    },
  })
  await ledgers.start('ledger', undefined)
  await accounts.start('account', undefined)
  return { store, clock, actors, accounts, ledgers }
}

export const acknowledged = (folder: string): number => {
  const path = join(folder, 'acknowledged')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean).length : 0
}

if (process.argv[1] === import.meta.filename) {
  const [folder = '', until = '0'] = process.argv.slice(2)
  const { actors, clock, accounts } = await openBank(folder)
  await actors.resume()
  for (let number = acknowledged(folder) + 1; number <= Number(until); number++) {
    await accounts.send('account', { type: 'deposit.made', now: clock.now() }, `deposit-${number}`)
    appendFileSync(join(folder, 'acknowledged'), `${number}\n`)
    await clock.advance(SECOND)
  }
  process.exit(0)
}
