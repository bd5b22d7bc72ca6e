/** Durable actors under real process death, and under two processes at once. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { outboxTable, timersTable } from './actorTables.ts'
import { SECOND } from './clock.ts'
import { readJournal, verifyJournal } from './journal.ts'
import { createRandom } from './random.ts'
import { acknowledged, openBank } from './testActorLoop.ts'
import { testFolder } from './testSite.ts'

const run = (folder: string, until: number) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testActorLoop.ts'), folder, String(until)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  return { child, ended }
}

const settle = async (folder: string) => {
  const bank = await openBank(folder)
  onTestFinished(() => bank.store.close())
  await bank.actors.resume()
  await bank.clock.advance(1000 * SECOND)
  return bank
}

test('an actor killed at random instants loses nothing and does nothing twice', async () => {
  const folder = testFolder()
  const random = createRandom('kill')
  let killed = 0
  while (killed < 10) {
    const before = acknowledged(folder)
    const { child, ended } = run(folder, 1_000_000)
    // Some deaths come while the process starts and takes up what the last one left, most in the middle of its work.
    if (killed % 3 !== 0) while (acknowledged(folder) === before) await wait(5)
    else await wait(100)
    await wait(random.int(200))
    child.kill('SIGKILL')
    expect(await ended).toEqual({ code: null, signal: 'SIGKILL' })
    killed += 1
  }
  const total = acknowledged(folder) + 5
  expect(await run(folder, total).ended).toEqual({ code: 0, signal: null })

  const { store, accounts, ledgers } = await settle(folder)
  const { context } = await accounts.get('account')
  expect(context).toEqual({ deposits: total, confirmed: total, reminded: total })
  expect((await ledgers.get('ledger')).context).toEqual({ booked: total })
  expect(await store.read.select().from(outboxTable)).toEqual([])
  expect(await store.read.select().from(timersTable)).toEqual([])
  expect(await verifyJournal(store.read)).toMatchObject({ result: 'intact' })
  const versions = (await readJournal('bank', store.read)).flatMap(({ body }) =>
    body['kind'] === 'account' ? [body['version']] : [],
  )
  expect(versions).toEqual(Array.from({ length: 1 + 3 * total }, (_, i) => i + 1))
})

test('two processes that serve the same actors at once do everything once', async () => {
  const folder = testFolder()
  const bank = await openBank(folder)
  onTestFinished(() => bank.store.close())
  const other = run(folder, 40)
  let running = true
  const ended = other.ended.then(() => (running = false))
  let sent = 0
  for (; running; sent++) await bank.accounts.send('account', { type: 'deposit.made', now: 0 }, `own-${sent}`)
  await ended
  const { accounts, ledgers, store } = await settle(folder)
  const { deposits, confirmed } = (await accounts.get('account')).context
  expect([deposits, confirmed]).toEqual([40 + sent, 40 + sent])
  expect((await ledgers.get('ledger')).context).toEqual({ booked: 40 + sent })
  expect(await verifyJournal(store.read)).toMatchObject({ result: 'intact' })
})
