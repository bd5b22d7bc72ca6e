/** Events for tests of the stage. */
import type { DisplayEvent } from '../../../../sim/messages/evaluation.ts'

export const testEvent = (order: number, other: Partial<DisplayEvent> = {}): DisplayEvent => {
  const party = other.party ?? 'platform'
  const number = other.number ?? order
  return {
    id: `${party}:${number}`,
    party,
    number,
    order,
    began: null,
    at: order * 1000,
    kind: 'call',
    from: 'people',
    to: party,
    purpose: { id: 'signature.verify', ja: '電子署名を検証する', en: 'verify a signed document' },
    method: 'POST',
    path: '/',
    status: 200,
    outcome: { result: 'answered', said: null },
    carries: { request: [], response: [] },
    bytes: { request: 10, response: 20 },
    wallMs: 1,
    replayed: false,
    calls: 1,
    fees: [],
    transition: null,
    manual: null,
    step: null,
    note: null,
    case: null,
    ...other,
  }
}
