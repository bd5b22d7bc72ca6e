/** The required scenarios, with all their cases: in one process, over TCP with a process each, and alike for one seed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { comparable, mergeJournals, readJournal } from '../sim/core/journal.ts'
import { openStore } from '../sim/core/store.ts'
import { describeParties, people } from '../sim/parties.ts'
import { defaultVariables } from '../sim/variables.ts'
import { catalogue } from './catalogue.ts'
import { runScenario } from './runner.ts'
import type { RunResult, Scenario } from './scenario.ts'

const ids = [...describeParties(defaultVariables, { keyPool: '', seed: '' }).map(({ id }) => id), people.id]

/** Everything the runs leave; kept when one failed, as evidence. */
const runs = mkdtempSync(join(tmpdir(), 'scenario-runs-'))
let failures = 0

afterAll(() => {
  if (failures === 0) rmSync(runs, { recursive: true })
  else console.error(`the runs are kept in ${runs}`)
})

const journalOf = async (folder: string) => {
  const journals = []
  for (const id of ids) {
    const store = await openStore(join(folder, `${id}.db`))
    journals.push(await readJournal(id, store.read))
    await store.close()
  }
  return mergeJournals(journals).map(comparable)
}

const play = async (scenario: Scenario, split: boolean) => {
  const folder = mkdtempSync(join(runs, `${scenario.id}-`))
  const result = await runScenario(scenario, { seed: 'test', split, folder })
  if (!result.passed) failures += 1
  return { folder, result }
}

/** What did not hold, in words. */
const broken = (result: RunResult) =>
  result.cases.flatMap(({ id, steps }) =>
    steps.flatMap(({ text, failure, expectations }) => [
      ...(failure === undefined ? [] : [`${id} · ${text.en}: ${failure}`]),
      ...expectations
        .filter(({ held }) => !held)
        .map(
          ({ text: claim, actual, expected }) =>
            `${id} · ${claim.en}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`,
        ),
    ]),
  )

test.for(catalogue)(
  '$id holds in one process, and one seed gives one journal',
  { timeout: 300_000 },
  async (scenario) => {
    const first = await play(scenario, false)
    expect(broken(first.result)).toEqual([])
    expect(first.result.passed).toBe(true)
    const second = await play(scenario, false)
    const [one, other] = [await journalOf(first.folder), await journalOf(second.folder)]
    expect(one.length).toBeGreaterThan(500)
    expect(other.findIndex((entry, index) => entry !== one[index])).toBe(-1)
    expect(other.length).toBe(one.length)
  },
)

test.for(catalogue)(
  '$id holds over TCP with each party in a process of its own',
  { timeout: 300_000 },
  async (scenario) => {
    const { result } = await play(scenario, true)
    expect(broken(result)).toEqual([])
    expect(result.passed).toBe(true)
  },
)
