/** What was summed up of each run so far: of a finished one once, of one that goes on only what is new. */
import type { Runs } from './runs.ts'
import type { RunJournal } from './runJournal.ts'
import type { Story } from './story.ts'
import { addNew, emptyTally, type Tally } from './tally.ts'

/** Runs whose sums are kept (assumed): those somebody looks at or compares. */
const mostKept = 12

export const createTallies = (runs: Runs) => {
  const kept = new Map<string, { tally: Tally; ended: boolean; turn: Promise<void> }>()

  const tallyOf = async (run: string, journal: RunJournal, story: Story): Promise<Tally> => {
    const known = kept.get(run)
    // what was summed up while the run went on does not know its cases
    const current =
      known !== undefined && known.ended === story.ended
        ? known
        : { tally: emptyTally(), ended: story.ended, turn: Promise.resolve() }
    kept.delete(run)
    kept.set(run, current)
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - mostKept))) kept.delete(oldest)
    // one after another: two at once would add the same entries twice
    const mine = current.turn.then(() => addNew(current.tally, journal, story))
    current.turn = mine.catch(() => {
      kept.delete(run)
    })
    await mine
    return current.tally
  }

  /** The run's sums as of now, and its story. */
  return async <T>(run: string, use: (tally: Tally, story: Story) => T): Promise<T> =>
    runs.reading(run, async (journal) => {
      const story = await runs.story(run, journal)
      return use(await tallyOf(run, journal, story), story)
    })
}
