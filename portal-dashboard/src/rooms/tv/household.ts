/** Who sits at which television. */
import type { Person } from './calls.ts'

export type Household = { setTopBoxId: string; names: string[] }

/** Every television of an operator that somebody to play sits at, with the names of who does. */
export const householdsOf = (people: readonly Person[], operator: string): Household[] => {
  const households = new Map<string, string[]>()
  for (const { television, basicFour } of people) {
    if (television?.operator !== operator) continue
    households.set(television.setTopBoxId, [...(households.get(television.setTopBoxId) ?? []), basicFour.name])
  }
  return [...households].map(([setTopBoxId, names]) => ({ setTopBoxId, names }))
}

export const sitsAt = ({ television }: Person, tv: { operator: string; setTopBoxId: string }): boolean =>
  television?.operator === tv.operator && television.setTopBoxId === tv.setTopBoxId
