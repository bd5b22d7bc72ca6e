/** What a party stands on, from its first start to the next. */
import { expect, test } from 'vitest'
import { createClock } from './clock.ts'
import { createFaults } from './faults.ts'
import { comparable, readJournal } from './journal.ts'
import { inProcess } from './network.ts'
import { createRandom } from './random.ts'
import { createSite } from './site.ts'
import { testFolder } from './testSite.ts'

const start = (folder: string) =>
  createSite({
    id: 'clinic',
    role: 'clinic',
    name: { ja: '診療所', en: 'Clinic' },
    folder,
    seed: 'seed',
    clock: createClock({ mode: 'virtual', startAt: 0 }),
    directory: new Map(),
    transport: inProcess(new Map()),
    faults: createFaults(createRandom('faults')),
  })

test('a party that starts again keeps its key, gives other ids, and journals that it took over', async () => {
  const folder = testFolder()
  const first = await start(folder)
  const firstId = first.random.id()
  await first.store.close()
  const second = await start(folder)
  expect(second.publicKey).toEqual(first.publicKey)
  expect(second.random.id()).not.toBe(firstId)
  const entries = await readJournal('clinic', second.store.read)
  expect(entries.map(({ kind, body }) => [kind, body])).toEqual([['boot', { party: 'clinic', start: 2 }]])
  await second.store.close()
})

test('two first starts of one seed draw alike and journal alike', async () => {
  const run = async () => {
    const site = await start(testFolder())
    await site.journal.append('step', { id: site.random.id() }, { wallMs: performance.now() })
    const entries = await readJournal('clinic', site.store.read)
    await site.store.close()
    return entries.map(comparable)
  }
  expect(await run()).toEqual(await run())
})
