/** A journal entry as an event that can be shown: what every kind of entry has to say, in one shape. */
import { purposes } from '../messages/purposes.ts'
import type { DisplayEvent } from '../messages/evaluation.ts'
import { asideKept } from './journalFile.ts'
import type { RunEntry } from './runJournal.ts'
import { activeStates } from './stateName.ts'

export type Json = Record<string, unknown>

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object in a journal; anything else, also what is no JSON, is taken for an empty one. */
export const readObject = (json: string): Json => {
  try {
    const value: unknown = JSON.parse(json)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const words = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

/** A purpose by its name; one that has none is shown by its id. */
export const namePurpose = (id: string) => {
  const { ja, en } = purposes[id] ?? { ja: id, en: id }
  return { id, ja, en }
}

/** Wall time stands first in an aside, so that it can be read of one that was cut off. */
const wallMsIn = (aside: string): number | null => {
  const [, digits] = /^\{"wallMs":([\d.]+)/.exec(aside) ?? []
  return digits === undefined ? null : Number(digits)
}

const urn = 'urn:common-id-testbed:problem:'

/** The answer's own word: `outcome`, `certStatus` or `validity` with its reason, or the type of a problem. */
const saidIn = (aside: string): string | null => {
  if (aside.length >= asideKept) return null
  const response = text(readObject(aside)['response'])
  if (response === null || !response.startsWith('{')) return null
  const answer = readObject(response)
  const type = text(answer['type'])
  if (type?.startsWith(urn)) return type.slice(urn.length)
  const word = text(answer['outcome']) ?? text(answer['certStatus']) ?? text(answer['validity'])
  const reason = text(answer['reason']) ?? text(answer['refusal'])
  return word !== null && reason !== null ? `${word}: ${reason}` : word
}

const resultOf = (status: number) => (status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'answered')

const feesIn = (value: unknown): DisplayEvent['fees'] =>
  (Array.isArray(value) ? value : []).filter(isRecord).map((fee) => ({
    item: text(fee['item']) ?? '',
    payer: text(fee['payer']) ?? '',
    payee: text(fee['payee']) ?? '',
    quantity: number(fee['quantity']) ?? 0,
  }))

const empty = {
  began: null,
  from: null,
  to: null,
  purpose: null,
  method: null,
  path: null,
  status: null,
  outcome: null,
  carries: null,
  bytes: null,
  wallMs: null,
  replayed: false,
  calls: 1,
  fees: [],
  transition: null,
  manual: null,
  step: null,
  note: null,
  case: null,
}

const ofCall = (body: Json, aside: string): Partial<DisplayEvent> => {
  const status = number(body['status']) ?? 0
  const carried = isRecord(body['carries']) ? body['carries'] : {}
  const purpose = text(body['purpose'])
  return {
    purpose: purpose === null ? null : namePurpose(purpose),
    status,
    outcome: { result: resultOf(status), said: saidIn(aside) },
    carries: { request: words(carried['request']), response: words(carried['response']) },
    bytes: { request: number(body['requestBytes']) ?? 0, response: number(body['responseBytes']) ?? 0 },
    wallMs: wallMsIn(aside),
    replayed: body['replayed'] === true,
    calls: number(body['calls']) ?? 1,
    fees: feesIn(body['fees']),
  }
}

const ofTransition = (body: Json): Partial<DisplayEvent> => {
  const to = text(body['to']) ?? ''
  return {
    transition: {
      kind: text(body['kind']) ?? '',
      id: text(body['id']) ?? '',
      event: text(body['event']) ?? '',
      from: text(body['from']) ?? '',
      to,
      version: number(body['version']) ?? 0,
      active: activeStates(to),
    },
  }
}

const noteOf = (kind: string, body: Json) =>
  kind === 'boot'
    ? {
        ja: `プロセスが引き継いだ（${String(body['start'])} 回目の起動）`,
        en: `a process took over (start ${String(body['start'])})`,
      }
    : {
        ja: `設定: ${String(body['what'])} ${words(body['generations']).join(', ')}`.trim(),
        en: `configuration: ${String(body['what'])} ${words(body['generations']).join(', ')}`.trim(),
      }

const particulars = (kind: RunEntry['kind'], body: Json, aside: string): Partial<DisplayEvent> => {
  switch (kind) {
    case 'call':
    case 'calls':
      return ofCall(body, aside)
    case 'failure': {
      return { outcome: { result: 'no-answer', said: text(body['reason']) } }
    }
    case 'transition':
      return ofTransition(body)
    case 'manual':
      return {
        manual: {
          stakeholder: text(body['stakeholder']) ?? '',
          work: text(body['work']) ?? '',
          parameter: text(body['parameter']) ?? '',
          case: text(body['case']),
        },
      }
    case 'step': {
      return { step: { text: stepText(body['text']), held: body['held'] === true } }
    }
    default:
      return { note: noteOf(kind, body) }
  }
}

/** What a step is called. Journals written before both languages were kept have English only. */
export const stepText = (said: unknown): { ja: string; en: string } => {
  const { ja, en } = typeof said === 'object' && said !== null ? { ja: '', en: '', ...said } : { ja: said, en: said }
  return { ja: text(ja) ?? text(en) ?? '', en: text(en) ?? '' }
}

/** The event of one entry; which case it belongs to is the story's to add (story.ts). */
export const displayOf = ({ party, number: entry, order, at, kind, body: json, aside }: RunEntry): DisplayEvent => {
  const body = readObject(json)
  return {
    ...empty,
    id: `${party}:${entry}`,
    party,
    number: entry,
    order,
    at,
    kind,
    from: text(body['from']),
    to: text(body['to']),
    method: text(body['method']),
    path: text(body['path']),
    ...(kind === 'transition' && { from: null, to: null }),
    began: number(body['began']),
    ...particulars(kind, body, aside),
  }
}
