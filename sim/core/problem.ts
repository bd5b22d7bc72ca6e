/** A broken request as every party answers it: problem details for HTTP APIs (RFC 9457). */

const namespace = 'urn:common-id-testbed:problem:'

/** One field that was refused; `field` is a JSON pointer (RFC 6901) into the body, `reason` never repeats the value. */
export type FieldError = { field: string; reason: string }

export type ProblemBody = { type: string; status: number; detail: string; errors?: FieldError[] }

/** Thrown by whoever finds a request broken; `name` is one hyphenated word, `detail` one lower-case clause without personal data. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: FieldError[]

  constructor(status: number, code: string, detail: string, options: { errors?: FieldError[]; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? {} : { cause: options.cause })
    this.status = status
    this.code = code
    this.errors = options.errors ?? []
  }

  body(): ProblemBody {
    const plain = { type: namespace + this.code, status: this.status, detail: this.message }
    return this.errors.length > 0 ? { ...plain, errors: this.errors } : plain
  }

  response(): Response {
    return new Response(JSON.stringify(this.body()), {
      status: this.status,
      headers: { 'content-type': 'application/problem+json' },
    })
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isFieldError = (value: unknown): value is FieldError =>
  isRecord(value) && typeof value['field'] === 'string' && typeof value['reason'] === 'string'

/** The problem another party answered; an answer that is no problem document becomes `unexpected-answer`. */
export const readProblem = async (response: Response): Promise<Problem> => {
  const text = await response.text()
  try {
    const body: unknown = JSON.parse(text)
    if (isRecord(body) && typeof body['type'] === 'string' && typeof body['detail'] === 'string') {
      const errors = Array.isArray(body['errors']) ? body['errors'].filter(isFieldError) : []
      return new Problem(response.status, body['type'].replace(namespace, ''), body['detail'], { errors })
    }
  } catch (cause) {
    return new Problem(response.status, 'unexpected-answer', `status ${response.status} without a problem document`, {
      cause,
    })
  }
  return new Problem(response.status, 'unexpected-answer', `status ${response.status} without a problem document`)
}
