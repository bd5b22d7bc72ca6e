/** What a run's messages come to: by purpose, by who learnt which class of data, and by which identifiers were met together. */
import type { DisplayEvent } from '../messages/evaluation.ts'
import { addExample, noCosts, noteCosts, type Costs } from './costs.ts'
import { displayOf, readObject } from './display.ts'
import { beginning, type Cursor } from './cursor.ts'
import type { RunEntry, RunJournal } from './runJournal.ts'
import { caseAt, type Story } from './story.ts'

export type PurposeSum = { calls: number; bytes: number }
export type Learnt = {
  party: string
  dataClass: string
  count: number
  from: Map<string, number>
  cases: Map<string | null, { count: number; examples: string[] }>
}
export type Join = { party: string; classes: string[]; count: number; examples: string[] }
export type Link = { holder: string; via: string }

export type Tally = {
  reached: Cursor
  purposes: Map<string, PurposeSum>
  learnt: Map<string, Learnt>
  /** For each party, the sets of identifiers that one exchange showed it. */
  joins: Map<string, Join>
  /** Links that were made, by who holds the number that was linked. */
  links: Link[]
  costs: Costs
}

/** Classes that tell one person from another, so that records under them can be joined. */
const identifiers: ReadonlySet<string> = new Set([
  'name',
  'certificate',
  'certificate-serial',
  'stored-certificate-reference',
  'pseudonym',
  'linked-number',
  'insured-number',
  'payment-account',
  'subscriber-number',
])

export const emptyTally = (): Tally => ({
  reached: beginning,
  purposes: new Map(),
  learnt: new Map(),
  joins: new Map(),
  links: [],
  costs: noCosts(),
})

const learn = (
  tally: Tally,
  event: DisplayEvent,
  hand: { party: string; from: string; classes: string[] },
  where: string | null,
) => {
  for (const dataClass of hand.classes) {
    const key = `${hand.party} ${dataClass}`
    const { party } = hand
    const known = tally.learnt.get(key) ?? { party, dataClass, count: 0, from: new Map(), cases: new Map() }
    const inCase = known.cases.get(where) ?? { count: 0, examples: [] }
    known.count += event.calls
    inCase.count += event.calls
    addExample(inCase.examples, event.id)
    known.from.set(hand.from, (known.from.get(hand.from) ?? 0) + event.calls)
    known.cases.set(where, inCase)
    tally.learnt.set(key, known)
  }
}

export const addJoin = (joins: Map<string, Join>, join: Omit<Join, 'examples'>, example?: string) => {
  const classes = join.classes.toSorted()
  const key = `${join.party} ${classes.join(' ')}`
  const known = joins.get(key) ?? { party: join.party, classes, count: 0, examples: [] }
  known.count += join.count
  if (example !== undefined) addExample(known.examples, example)
  joins.set(key, known)
}

/** Whoever asks and whoever answers knows both halves of the exchange. */
const noteJoins = (tally: Tally, event: DisplayEvent) => {
  const { carries, from, to, calls, id } = event
  const classes = [...new Set([...(carries?.request ?? []), ...(carries?.response ?? [])])].filter((one) =>
    identifiers.has(one),
  )
  if (classes.length < 2) return
  for (const party of [from, to]) if (party !== null) addJoin(tally.joins, { party, classes, count: calls }, id)
}

const noteLink = (tally: Tally, entry: RunEntry, event: DisplayEvent) => {
  if (event.purpose?.id !== 'link.make' || event.outcome?.said !== 'linked' || event.replayed) return
  const asked = readObject(entry.aside)['request']
  const { holder } = typeof asked === 'string' ? readObject(asked) : {}
  if (typeof holder === 'string') tally.links.push({ holder, via: event.from ?? '' })
}

/** The parties to a message, and what each was given by the other. */
export const handsOf = ({ from, to, carries }: DisplayEvent) =>
  from === null || to === null || carries === null
    ? []
    : [
        { party: to, from, classes: carries.request },
        { party: from, from: to, classes: carries.response },
      ]

const add = (tally: Tally, entry: RunEntry, story: Story) => {
  const event = displayOf(entry)
  noteCosts(tally.costs, event)
  if (entry.kind !== 'call' && entry.kind !== 'calls') return
  const purpose = event.purpose?.id ?? ''
  const sum = tally.purposes.get(purpose) ?? { calls: 0, bytes: 0 }
  sum.calls += event.calls
  sum.bytes += (event.bytes?.request ?? 0) + (event.bytes?.response ?? 0)
  tally.purposes.set(purpose, sum)
  const where = caseAt(story, event.order)
  for (const hand of handsOf(event)) learn(tally, event, hand, where)
  noteJoins(tally, event)
  noteLink(tally, entry, event)
}

/** Add what the journal has beyond what `tally` has taken in already. */
export const addNew = async (tally: Tally, journal: RunJournal, story: Story): Promise<void> => {
  for await (const entries of journal.pages(tally.reached)) {
    const reached = new Map(tally.reached)
    for (const entry of entries) {
      add(tally, entry, story)
      reached.set(entry.party, entry.number)
    }
    tally.reached = reached
  }
}
