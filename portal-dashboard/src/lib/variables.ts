/** Values of design variables as people read them. */
import type { Variable } from '../../../sim/messages/evaluation.ts'
import { duration } from './instant.ts'
import type { Text } from './language.svelte.ts'

type Value = string | number | boolean

export type VariableRow = { name: string; text: Text; value: Value | undefined; standard: Value; changed: boolean }

/** Durations as lengths of time, shares in per cent, everything else as it is written. */
export const writtenValue = (
  value: Value | null | undefined,
  kind: Variable['kind'] | undefined,
  language: keyof Text,
): string => {
  if (value === null || value === undefined) return '–'
  if (typeof value !== 'number') return String(value)
  if (kind === 'duration') return duration(value, language)
  return kind === 'share' ? `${Math.round(value * 1000) / 10} %` : String(value)
}

/** Every variable with what a run had, those that differ from the standard first. */
export const variableRows = (variables: readonly Variable[], values: Readonly<Record<string, Value>>): VariableRow[] =>
  variables
    .map(({ name, text, default: standard }) => {
      const value = values[name]
      return { name, text, value, standard, changed: value !== undefined && value !== standard }
    })
    .sort((a, b) => Number(b.changed) - Number(a.changed))
