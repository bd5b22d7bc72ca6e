/** What Home shows, worked out from the scenarios and the state of the world. */
import type { ScenarioShown, World } from '../../../../sim/messages/evaluation.ts'
import type { Text } from '../../lib/language.svelte.ts'

/** A title without the 必須② that its place on the page already says. */
export const shortTitle = ({ ja, en }: Text): Text => ({
  ja: ja.replace(/^必須[①-⑳]\s*/, ''),
  en: en.replace(/^Required \d+:\s*/, '').replace(/^./, (first) => first.toUpperCase()),
})

export const required = (scenarios: readonly ScenarioShown[]) => scenarios.filter((scenario) => scenario.required)

const functionIds = ['identity', 'eligibility', 'change'] as const
export type FunctionId = (typeof functionIds)[number]

export const isFunction = (id: string): id is FunctionId => functionIds.some((one) => one === id)

/** Every scenario under each function it serves, in the plan's order of functions. */
export const byFunction = (scenarios: readonly ScenarioShown[]): { id: FunctionId; scenarios: ScenarioShown[] }[] =>
  functionIds.map((id) => ({
    id,
    scenarios: scenarios.filter(({ functions }) => functions.some((one) => one.id === id)),
  }))

export type WorldFigures = {
  partiesUp: number
  parties: number
  down: World['parties']
  residents: number
  cards: number
  valid: number
  revoked: number
  expired: number
  /** Whether the world has been furnished with people. */
  founded: boolean
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/** Revoked includes those on hold: neither may be relied on. */
export const worldFigures = ({ parties, counts }: World): WorldFigures => {
  const down = parties.filter(({ up }) => !up)
  const { residents, cards, certificates } = counts
  return {
    partiesUp: parties.length - down.length,
    parties: parties.length,
    down,
    residents: total(residents.map(({ count }) => count)),
    cards,
    valid: total(certificates.map(({ valid }) => valid)),
    revoked: total(certificates.map(({ revoked, held }) => revoked + held)),
    expired: total(certificates.map(({ expired }) => expired)),
    founded: cards > 0,
  }
}
