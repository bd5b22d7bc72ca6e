/** Writes journals as the parties of a world do, for the evaluation benchmark: all at once, or so many a second for a while. */
import { join } from 'node:path'
import { createClock } from '../sim/core/clock.ts'
import { createJournal, journalTable, type Entry, type Journal } from '../sim/core/journal.ts'
import { openStore } from '../sim/core/store.ts'

export const partiesWritten = Array.from({ length: 20 }, (_, index) => `party-${index}`)

/** As large as a call with a certificate in it. */
const contents = JSON.stringify({ certificate: 'M'.repeat(1400), signature: 'S'.repeat(340) })

/** `at` is wall time, so that a reader can tell how old an entry is. */
const entryAt = (order: number, at: number): Entry => ({
  order,
  at,
  kind: order % 4 === 0 ? 'transition' : 'call',
  body:
    order % 4 === 0
      ? { kind: 'challenge', id: `challenge-${order}`, event: 'start', from: '', to: 'issued', version: 1 }
      : {
          ...{
            from: 'people',
            to: 'platform',
            method: 'POST',
            path: '/authentications',
            requestId: `request-${order}`,
          },
          ...{ purpose: 'authentication.verify', status: 200, requestBytes: 1900, responseBytes: 140 },
          carries: { request: ['certificate'], response: ['pseudonym'] },
        },
  aside: order % 4 === 0 ? {} : { wallMs: 1.5, request: contents, response: '{"outcome":"accepted"}' },
})

export const openWriters = async (folder: string) => {
  const stores = await Promise.all(partiesWritten.map((party) => openStore(join(folder, `${party}.db`))))
  const clock = createClock({ mode: 'real' })
  const journals: Journal[] = []
  for (const store of stores) {
    await store.declare(journalTable)
    journals.push(createJournal(store, clock))
  }
  let order = 0
  return {
    /** So many entries, spread over all parties as their running numbers are. */
    write: async (count: number) => {
      const shares: Entry[][] = journals.map(() => [])
      for (let i = 0; i < count; i++) shares[order % shares.length]?.push(entryAt(++order, clock.now()))
      await Promise.all(journals.map((journal, index) => journal.appendAll(shares[index] ?? [])))
    },
    wait: clock.pass,
    now: () => performance.now(),
    close: () => Promise.all(stores.map((store) => store.close())),
  }
}

/** As a process: `evaluationWriter.ts FOLDER PER_SECOND SECONDS`. */
const [folder, perSecond, seconds] = process.argv.slice(2)
if (process.argv[1] === import.meta.filename && folder !== undefined) {
  const writers = await openWriters(folder)
  const rate = Number(perSecond)
  const startedAt = writers.now()
  for (let written = 0; written < rate * Number(seconds);) {
    const due = Math.floor(((writers.now() - startedAt) * rate) / 1000) - written
    if (due > 0) await writers.write(due)
    written += Math.max(0, due)
    await writers.wait(20)
  }
  await writers.close()
}
