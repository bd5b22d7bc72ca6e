/** Sends per second to a durable actor (one effect each), next to bare libSQL transactions that write as many rows. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { assign, setup } from 'xstate'
import { createActors, actorTables, effect } from '../sim/core/actors.ts'
import { createClock } from '../sim/core/clock.ts'
import { createJournal, journalTable } from '../sim/core/journal.ts'
import { openStore } from '../sim/core/store.ts'

const lamp = setup({
  types: {
    context: {} as { switched: number },
    events: {} as { type: 'switch.pressed' } | { type: 'bulb.lit' },
  },
  actions: { count: assign({ switched: ({ context }) => context.switched + 1 }), light: effect() },
}).createMachine({
  context: { switched: 0 },
  initial: 'dark',
  states: {
    dark: { on: { 'switch.pressed': { target: 'warming', actions: ['count', 'light'] } } },
    warming: { on: { 'bulb.lit': 'bright' } },
    bright: {},
  },
})

const folder = mkdtempSync(join(tmpdir(), 'bench-actors-'))
const count = Number(process.argv[2] ?? 1000)
const together = 50

const perSecond = async (work: () => Promise<void>) => {
  const startedAt = performance.now()
  await work()
  return Math.round((count * 1000) / (performance.now() - startedAt))
}

/** A whole life here is three transactions: start (2 rows), send (3 rows) and the effect's answer (3 rows). */
const bare = async () => {
  const client = createClient({ url: `file:${join(folder, 'bare.db')}`, concurrency: 1 })
  await client.execute('PRAGMA journal_mode=WAL')
  await client.execute('create table rows (id integer primary key, body text not null)')
  const body = 'x'.repeat(200)
  for (let i = 0; i < count; i++) {
    for (const rows of [2, 3, 3]) {
      const tx = await client.transaction('write')
      for (let row = 0; row < rows; row++) await tx.execute({ sql: 'insert into rows (body) values (?)', args: [body] })
      await tx.commit()
    }
  }
  client.close()
}

const store = await openStore(join(folder, 'actors.db'))
await store.declare(journalTable, ...actorTables)
const clock = createClock({ mode: 'virtual' })
const actors = createActors({
  store,
  clock,
  journal: createJournal(store, clock),
  report: (error) => {
    throw error
  },
})
const lamps = actors.define('lamp', lamp, { light: async () => ({ type: 'bulb.lit' as const }) })
const live = async (id: string) => {
  await lamps.start(id, undefined)
  await lamps.send(id, { type: 'switch.pressed' })
}

const bareRate = await perSecond(bare)
const oneByOne = await perSecond(async () => {
  for (let i = 0; i < count; i++) await live(`one-${i}`)
})
const atOnce = await perSecond(async () => {
  let next = 0
  const worker = async () => {
    while (next < count) await live(`many-${next++}`)
  }
  await Promise.all(Array.from({ length: together }, worker))
})
await store.close()
rmSync(folder, { recursive: true })
console.log(
  `start, send and its effect: ${oneByOne}/s one by one (${(oneByOne / bareRate).toFixed(2)} of bare transactions, ${bareRate}/s), ` +
    `${atOnce}/s with ${together} at once (${(atOnce / bareRate).toFixed(2)})`,
)
