/** The journal entry of one call, as the party that received it saw it. */
import { carries } from './dataClass.ts'
import type { Caller } from './identity.ts'
import type { Evidence } from './http.ts'
import type { EntryAside, EntryBody } from './journal.ts'
import { textOf } from './requestBody.ts'

/** Contents longer than this are not kept in the journal, only their size (assumed). */
const keptContentBytes = 64 * 1024

export type Call = {
  method: string
  path: string
  from: Caller | undefined
  to: string
  requestId: string | undefined
  evidence: Evidence
  request: { bytes: Uint8Array; contentType: string | undefined }
  response: { bytes: Uint8Array; contentType: string | undefined; status: number }
  replayed: boolean
  /** The running number when it was taken up; what it set in motion stands between this and the entry's own number. */
  began: number | undefined
  startedAt: number
}

type Content = { bytes: Uint8Array; contentType: string | undefined }

const shown = ({ bytes, contentType }: Content) =>
  textOf(bytes) ?? `data:${contentType ?? ''};base64,${Buffer.from(bytes).toString('base64')}`

/** What is kept of a body. One that cannot be redacted is not kept at all. */
const kept = (content: Content, redact: ((body: string) => string) | undefined): string | undefined => {
  if (content.bytes.length > keptContentBytes) return undefined
  if (redact === undefined) return shown(content)
  try {
    return redact(shown(content))
  } catch {
    return undefined
  }
}

export const describeCall = (call: Call): { body: EntryBody; aside: EntryAside } => {
  const { method, path, to, requestId, evidence, replayed, began, startedAt } = call
  const { route, fees } = evidence
  const { status } = call.response
  const request = kept(call.request, route?.redact)
  const response = kept(call.response, route?.redact)
  const carried = ({ bytes }: Content) => carries(textOf(bytes) ?? '')
  return {
    body: {
      from: call.from?.id ?? 'outside',
      to,
      method,
      path,
      requestId,
      purpose: route?.purpose,
      status,
      requestBytes: call.request.bytes.length,
      responseBytes: call.response.bytes.length,
      carries: route?.carries ?? { request: carried(call.request), response: carried(call.response) },
      // A request that met a bug will be repeated: it is charged then.
      ...(fees.length > 0 && status < 500 && { fees }),
      ...(replayed && { replayed }),
      ...(began !== undefined && { began }),
    },
    aside: {
      wallMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      ...(request !== undefined && { request }),
      ...(response !== undefined && { response }),
    },
  }
}
