/** The names under which actors are stored, read as the states that are lit in a statechart. */

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const paths = (value: unknown, above: string): string[] => {
  if (typeof value === 'string') return value === '' ? [] : [above + value]
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => [above + name, ...paths(inner, `${above}${name}.`)])
}

/** `showing`, or JSON for nested and parallel states: ids of every state that is active, the outer before the inner. */
export const activeStates = (stored: string): string[] => {
  if (!stored.startsWith('{')) return paths(stored, '')
  try {
    return paths(JSON.parse(stored), '')
  } catch {
    return [stored]
  }
}
