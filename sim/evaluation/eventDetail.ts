/** One event opened: both bodies decoded, and who learnt what by it. */
import { explainTrace } from '../card/explain.ts'
import { nameOfDataClass } from '../messages/dataClassNames.ts'
import type { Content, Decoded, EventDetail } from '../messages/evaluation.ts'
import { contentOf } from './content.ts'
import { displayOf, readObject } from './display.ts'
import type { RunEntry, RunJournal } from './runJournal.ts'
import { placed, type Story } from './story.ts'
import { handsOf } from './tally.ts'

/** So many earlier commands to the same card are looked at for the file that is current (assumed): a whole signature takes ten. */
const commandsBefore = 60

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

const bodiesOf = (aside: string) => {
  const { request, response } = readObject(aside)
  return { request: textOf(request), response: textOf(response) }
}

type Exchange = { command: string; response: string }

/** A masked command is its header and `**` (sim/card/masking.ts): with one byte for its data it is told in words as if it were whole. */
const explainable = ({ command, response }: Exchange): Exchange => ({
  command: command.replace(/^([0-9A-F]{8})\*\*$/, '$10100'),
  response,
})

const exchangeOf = (aside: string): Exchange | undefined => {
  const { request, response } = bodiesOf(aside)
  const command = textOf(readObject(request ?? '')['apdu'])
  const answer = textOf(readObject(response ?? '')['response'])
  return command === undefined || answer === undefined ? undefined : { command, response: answer }
}

/** What the command and its answer mean, told from the commands before it: an APDU does not name the file it works on. */
const explainCommand = async (journal: RunJournal, entry: RunEntry): Promise<Decoded[]> => {
  const own = exchangeOf(entry.aside)
  const path = readObject(entry.body)['path']
  if (own === undefined || typeof path !== 'string') return []
  const from = Math.max(0, entry.number - commandsBefore)
  const earlier = (await journal.file(entry.party)?.rows(from, entry.number - 1 - from)) ?? []
  const trace: Exchange[] = []
  for (const { body, aside } of earlier) {
    const message = readObject(body)
    // a card that was powered off has no current file
    if (message['path'] === path.replace(/\/apdu$/, '/resets')) trace.length = 0
    const exchange = message['path'] === path ? exchangeOf(aside) : undefined
    if (exchange !== undefined) trace.push(exchange)
  }
  const said = explainTrace([...trace, own].map(explainable)).at(-1)
  if (said === undefined) return []
  const fields = [
    { label: { ja: 'コマンド', en: 'command' }, value: own.command, note: null },
    { label: { ja: 'レスポンス', en: 'response' }, value: own.response, note: null },
  ]
  return [{ kind: 'apdu', path: '', title: said, fields, unreadable: null, parts: [] }]
}

/** `journal` is the run's, for what came before; `entry` has its contents whole. */
export const eventDetailOf = async (journal: RunJournal, entry: RunEntry, story: Story): Promise<EventDetail> => {
  const event = placed(displayOf(entry), story)
  const isMessage = event.bytes !== null
  const bodies = bodiesOf(entry.aside)
  const open = (kept: string | undefined, bytes: number): Content | null => (isMessage ? contentOf(kept, bytes) : null)
  const request = open(bodies.request, event.bytes?.request ?? 0)
  const response = open(bodies.response, event.bytes?.response ?? 0)
  const command = event.purpose?.id === 'card.use' ? await explainCommand(journal, entry) : []
  return {
    event,
    request: request && { ...request, decoded: [...command, ...request.decoded] },
    response,
    learnt: handsOf(event)
      .filter(({ classes }) => classes.length > 0)
      .map(({ party, from, classes }) => ({ party, from, classes: classes.map(nameOfDataClass) })),
    hash: entry.hash,
  }
}
