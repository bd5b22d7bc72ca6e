/** Journals of a few parties in one folder, written as parties write them. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { actorTables } from '../core/actors.ts'
import { createClock } from '../core/clock.ts'
import { createJournal, journalTable, type Journal } from '../core/journal.ts'
import { openStore } from '../core/store.ts'
import { testFolder } from '../core/testSite.ts'
import { createEvaluation, type Plays } from './index.ts'

/** One clock for all, as in a world of one process. */
export const testJournals = async (parties: readonly string[], folder = testFolder()) => {
  const clock = createClock({ mode: 'virtual', startAt: Date.UTC(2026, 3, 1) })
  const journals = new Map<string, Journal>()
  const stores = new Map<string, Awaited<ReturnType<typeof openStore>>>()
  for (const party of parties) {
    const store = await openStore(join(folder, `${party}.db`))
    onTestFinished(() => store.close())
    await store.declare(journalTable, ...actorTables)
    stores.set(party, store)
    journals.set(party, createJournal(store, clock))
  }
  const journalOf = (party: string) => {
    const found = journals.get(party)
    if (found === undefined) throw new Error(`no journal of ${party}`)
    return found
  }
  return {
    folder,
    clock,
    stores,
    journalOf,
    /** A message from `from` that `to` wrote down. */
    call: (from: string, to: string, more: Record<string, unknown> = {}, aside = {}) =>
      journalOf(to).append(
        'call',
        {
          ...{
            from,
            to,
            method: 'POST',
            path: '/x',
            purpose: 'card.show',
            status: 200,
            requestBytes: 2,
            responseBytes: 3,
          },
          ...{ carries: { request: [], response: [] } },
          ...more,
        },
        aside,
      ),
  }
}

const noPlays: Plays = {
  ask: () => Promise.reject(new Error('nothing can be played here')),
  find: () => undefined,
  list: () => [],
  cancel: () => undefined,
}

/** The evaluation API over a folder of runs, without an open world. */
export const testEvaluation = (runsFolder: string, plays = noPlays) => {
  const evaluation = createEvaluation({ runsFolder, scenarios: [], plays, report: (error) => console.error(error) })
  onTestFinished(evaluation.close)
  return evaluation.app
}
