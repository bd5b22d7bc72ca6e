/** The story a run's events belong to: its cases and steps, from the entries of the runner and what it told in both languages. */
import type { DisplayEvent, Outline, RunResult } from '../messages/evaluation.ts'
import { readObject, stepText } from './display.ts'
import type { RunJournal } from './runJournal.ts'

type Text = { ja: string; en: string }
type Step = { text: Text; held: boolean; order: number; at: number }
type StoryCase = Outline['cases'][number]

/** Steps read at a time (assumed). */
const atATime = 1000

/** What was told, in the order it was told: cases with the texts of their steps. `id` is unknown while a play goes on. */
export type Told = { id?: string; title: Text; passed: boolean | null; steps: { text: Text }[] }[]

export type Story = { cases: StoryCase[]; steps: (Step & { case: string | null })[]; ended: boolean }

/** A step that no journal has: it stands in a result where the story broke outside of any step. */
const isWritten = ({ text }: { text: Text }) => text.en !== 'unexpected failure'

export const toldBy = (result: RunResult): Told =>
  result.cases.map(({ id, title, passed, steps }) => ({ id, title, passed, steps: steps.filter(isWritten) }))

/** The runner's own entries, in order. */
const readSteps = async (journal: RunJournal): Promise<Step[]> => {
  const steps: Step[] = []
  const file = journal.file('people')
  for (let after = 0; file !== undefined;) {
    const rows = await file.rowsOfKind('step', after, atATime)
    for (const { order, at, body } of rows) {
      const { text, held } = readObject(body)
      steps.push({ text: stepText(text), held: held === true, order, at })
    }
    after = rows.at(-1)?.number ?? after
    if (rows.length < atATime) break
  }
  return steps
}

/**
 * The n-th step told is the n-th step written. An entry is written when its step ends, so what belongs to a step stands before it.
 * `ended`: nothing more will come, so what stands after the last step belongs to the last case.
 */
export const readStory = async (journal: RunJournal, told: Told, ended: boolean): Promise<Story> => {
  const written = await readSteps(journal)
  const cases: StoryCase[] = []
  const steps: Story['steps'] = []
  let before = 0
  let taken = 0
  told.forEach(({ id, title, passed, steps: texts }, index) => {
    const caseId = id ?? (index === 0 ? 'founding' : `case-${index}`)
    const own = written
      .slice(taken, taken + texts.length)
      .map((step, at) => ({ ...step, text: texts[at]?.text ?? step.text }))
    taken += texts.length
    const toOrder = own.at(-1)?.order ?? before
    cases.push({ id: caseId, title, passed, fromOrder: before + 1, toOrder, steps: own })
    steps.push(...own.map((step) => ({ ...step, case: caseId })))
    before = toOrder
  })
  steps.push(...written.slice(taken).map((step) => ({ ...step, case: null })))
  return { cases, steps, ended }
}

/** The first step that ended at `order` or later. */
const stepAt = ({ steps }: Story, order: number) => {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle]?.order ?? 0) < order) low = middle + 1
    else high = middle
  }
  return steps[low]
}

export const caseAt = (story: Story, order: number): string | null => {
  const step = stepAt(story, order)
  if (step !== undefined) return step.case
  return story.ended ? (story.cases.at(-1)?.id ?? null) : null
}

/** The event with what the story knows of it. */
export const placed = (event: DisplayEvent, story: Story): DisplayEvent => {
  const step = event.step === null ? undefined : stepAt(story, event.order)
  return {
    ...event,
    case: caseAt(story, event.order),
    ...(event.step !== null && step?.order === event.order && { step: { ...event.step, text: step.text } }),
  }
}
