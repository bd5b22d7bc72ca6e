/** The states in which anything asked for can be, standing still to be looked at. */
import { Failure } from '../../lib/failure.ts'
import type { Load } from '../../lib/load.svelte.ts'

const load = (state: Partial<Load<string[]>>): Load<string[]> => ({
  state: 'ready',
  data: undefined,
  failure: undefined,
  busy: false,
  reload: () => undefined,
  ...state,
})

const failed = (failure: Failure) => load({ state: 'failed', failure })

export const states: { id: string; load: Load<string[]> }[] = [
  { id: 'loading', load: load({ state: 'loading', busy: true }) },
  { id: 'empty', load: load({ data: [] }) },
  { id: 'ready', load: load({ data: ['good', 'revoked'] }) },
  { id: 'offline', load: failed(new Failure('offline', 0, 'no-answer', 'Failed to fetch')) },
  { id: 'starting', load: failed(new Failure('starting', 503, 'starting', 'the world is being opened')) },
  { id: 'missing', load: failed(new Failure('missing', 404, 'no-such-run', 'there is no such run')) },
  { id: 'refused', load: failed(new Failure('refused', 409, 'not-now', 'a run is being played')) },
  { id: 'broken', load: failed(new Failure('broken', 500, 'bug', 'the server failed')) },
]
