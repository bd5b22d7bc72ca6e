/** Two runs side by side: which variables were set otherwise, and what came out differently. */
import type { Comparison, RunResult, RunSummary } from '../messages/evaluation.ts'
import { namePurpose } from './display.ts'
import type { PurposeSum } from './tally.ts'

type Text = { ja: string; en: string }
type Side = { summary: RunSummary; result: RunResult; purposes: Map<string, PurposeSum> }

const keysOf = (a: Iterable<string>, b: Iterable<string>) => [...new Set([...a, ...b])]

const measures = (a: RunResult, b: RunResult): Comparison['measures'] => {
  const [left, right] = [a, b].map(({ measures: all }) => new Map(all.map((one) => [one.name.en, one])))
  return keysOf(left?.keys() ?? [], right?.keys() ?? []).flatMap((name) => {
    const [one, other] = [left?.get(name), right?.get(name)]
    const known = one ?? other
    if (known === undefined) return []
    const [valueA, valueB] = [one?.value ?? null, other?.value ?? null]
    const difference = typeof valueA === 'number' && typeof valueB === 'number' ? valueB - valueA : null
    return [{ name: known.name, unit: known.unit ?? null, a: valueA, b: valueB, difference }]
  })
}

const cases = (a: RunResult, b: RunResult): Comparison['cases'] =>
  keysOf(
    a.cases.map(({ id }) => id),
    b.cases.map(({ id }) => id),
  ).flatMap((id) => {
    const [one, other] = [a, b].map((result) => result.cases.find((found) => found.id === id))
    const title = one?.title ?? other?.title
    const [passedA, passedB] = [one?.passed ?? null, other?.passed ?? null]
    return title === undefined || passedA === passedB ? [] : [{ id, title, a: passedA, b: passedB }]
  })

type Expectation = {
  case: { id: string; ja: string; en: string }
  step: Text
  text: Text
  held: boolean
  actual?: unknown
}

/** By case, step, text, and how often the same was expected there before. */
const expectationsOf = (result: RunResult) => {
  const found = new Map<string, Expectation>()
  for (const { id, title, steps } of result.cases)
    for (const step of steps)
      for (const { text, held, actual } of step.expectations) {
        const name = JSON.stringify([id, step.text.en, text.en])
        let times = 0
        while (found.has(`${name} ${times}`)) times += 1
        found.set(`${name} ${times}`, { case: { id, ...title }, step: step.text, text, held, actual })
      }
  return found
}

const expectations = (a: RunResult, b: RunResult): Comparison['expectations'] => {
  const [left, right] = [expectationsOf(a), expectationsOf(b)]
  return keysOf(left.keys(), right.keys()).flatMap((key) => {
    const [one, other] = [left.get(key), right.get(key)]
    const known = one ?? other
    if (known === undefined || one?.held === other?.held) return []
    return [
      {
        ...{ case: known.case, step: known.step, text: known.text },
        ...{ a: one?.held ?? null, b: other?.held ?? null },
        ...{ actualA: one?.actual, actualB: other?.actual },
      },
    ]
  })
}

const messages = (a: Side['purposes'], b: Side['purposes']): Comparison['messages'] =>
  keysOf(a.keys(), b.keys())
    .sort()
    .map((purpose) => {
      const none = { calls: 0, bytes: 0 }
      const [one, other] = [a.get(purpose) ?? none, b.get(purpose) ?? none]
      return {
        purpose: namePurpose(purpose),
        a: one,
        b: other,
        difference: { calls: other.calls - one.calls, bytes: other.bytes - one.bytes },
      }
    })

export const compare = (a: Side, b: Side, texts: ReadonlyMap<string, Text>): Comparison => ({
  a: a.summary,
  b: b.summary,
  variables: keysOf(Object.keys(a.result.variables), Object.keys(b.result.variables))
    .filter((name) => a.result.variables[name] !== b.result.variables[name])
    .map((name) => ({
      name,
      text: texts.get(name) ?? { ja: name, en: name },
      a: a.result.variables[name] ?? null,
      b: b.result.variables[name] ?? null,
    })),
  measures: measures(a.result, b.result),
  cases: cases(a.result, b.result),
  expectations: expectations(a.result, b.result),
  messages: messages(a.purposes, b.purposes),
})
