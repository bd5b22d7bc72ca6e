/** Why a call of the portal came to nothing, so that a page can say what happened and what to do. */
import type { Text } from './language.svelte.ts'

/** offline: nobody answered · starting: the world is being opened · missing: not there (any more) · refused: not possible now · broken: the server failed. */
export type FailureKind = 'offline' | 'starting' | 'missing' | 'refused' | 'broken'

/** `said` is the server's own explanation, where it gave one in both languages; `detail` its short English one. */
export class Failure extends Error {
  readonly kind: FailureKind
  readonly status: number
  readonly code: string
  readonly said: Text | undefined

  constructor(kind: FailureKind, status: number, code: string, detail: string, said?: Text) {
    super(detail)
    this.kind = kind
    this.status = status
    this.code = code
    this.said = said
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isText = (value: unknown): value is Text =>
  isRecord(value) && typeof value['ja'] === 'string' && typeof value['en'] === 'string'

const kindOf = (status: number, code: string): FailureKind => {
  if (code === 'starting') return 'starting'
  if (status === 404 || status === 410) return 'missing'
  return status < 500 ? 'refused' : 'broken'
}

/** The failure an answer tells of: problem details (RFC 9457), or whatever else came. */
export const readFailure = (status: number, body: string): Failure => {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return new Failure(kindOf(status, ''), status, 'unexpected-answer', `status ${status}`)
  }
  const said = isRecord(parsed) && isText(parsed['text']) ? parsed['text'] : undefined
  const type = isRecord(parsed) && typeof parsed['type'] === 'string' ? parsed['type'] : ''
  const detail = isRecord(parsed) && typeof parsed['detail'] === 'string' ? parsed['detail'] : `status ${status}`
  const code = type.split(':').at(-1) ?? ''
  return new Failure(kindOf(status, code), status, code, detail, said)
}

/** What was thrown, as a failure: a call that met no server throws a TypeError. */
export const asFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error
  if (error instanceof TypeError) return new Failure('offline', 0, 'no-answer', error.message)
  return new Failure('broken', 0, 'bug', error instanceof Error ? error.message : String(error))
}
