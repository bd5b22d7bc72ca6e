/** The design variables as they are offered to whoever plays a scenario. */
import { DAY, HOUR, MINUTE, SECOND } from '../core/clock.ts'
import { Explained } from '../core/explained.ts'
import type { Variable } from '../messages/evaluation.ts'
import { readVariables, variables, type Variables } from '../variables.ts'
import { ShownProblem } from './problem.ts'

type Value = string | number | boolean

/** As a command line has it: `30d`, in the largest unit that leaves nothing over. */
const durationText = (ms: number) => {
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'm'],
  ] as const
  const [length, unit] = units.find(([one]) => ms >= one && ms % one === 0) ?? [SECOND, 's']
  return `${ms / length}${unit}`
}

const kindOf = (standard: Value, form: string): Variable['kind'] => {
  if (typeof standard === 'boolean') return 'flag'
  if (typeof standard === 'string') return 'choice'
  return form.startsWith('0…') ? 'share' : 'duration'
}

export const variableList: Variable[] = Object.entries(variables).map(([name, { text, form, default: standard }]) => {
  const kind = kindOf(standard, form)
  return {
    name,
    text,
    kind,
    form,
    choices: kind === 'choice' ? form.split('|') : [],
    default: standard,
    written: typeof standard === 'number' && kind === 'duration' ? durationText(standard) : String(standard),
  }
})

export const variableTexts = new Map(variableList.map(({ name, text }) => [name, text]))

const written = (name: string, value: Value) =>
  typeof value === 'number' && variableList.find((one) => one.name === name)?.kind === 'duration'
    ? durationText(value)
    : String(value)

/** Values asked for by name, as the world takes them; a problem that says what can be set. */
export const chosenVariables = (asked: Record<string, Value>): Partial<Variables> => {
  try {
    return readVariables(Object.entries(asked).map(([name, value]) => `${name}=${written(name, value)}`))
  } catch (error) {
    if (error instanceof Explained) throw new ShownProblem(422, 'no-such-variable', error.text)
    throw error
  }
}
