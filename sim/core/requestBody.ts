/** A request's body as the edge takes it in: whole, once, and never more than the limit. */
import { Problem } from './problem.ts'

/** Largest body that is taken in (assumed). */
const maxBodyBytes = 1024 * 1024

const empty = new Uint8Array(0)
const tooLarge = () => new Problem(413, 'too-large', `the body is larger than ${maxBodyBytes} bytes`)

const readStream = async (stream: ReadableStream<Uint8Array>) => {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new Uint8Array(Buffer.concat(chunks))
    sizeBytes += value.length
    if (sizeBytes > maxBodyBytes) {
      await reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(value)
  }
}

const read = async (request: Request) => {
  const announced = request.headers.get('content-length')
  if (announced !== null && !(Number(announced) <= maxBodyBytes)) throw tooLarge()
  // A body of announced length ends there: HTTP sees to it. Any other is counted as it comes.
  if (announced === null || request.headers.has('transfer-encoding')) {
    return request.body === null ? empty : readStream(request.body)
  }
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.length > maxBodyBytes) throw tooLarge()
  return bytes
}

/** The bytes of the body; 413 when there are too many, 400 when they break off. */
export const readRequestBody = async (request: Request): Promise<Uint8Array<ArrayBuffer>> => {
  if (request.method === 'GET' || request.method === 'HEAD') return empty
  try {
    return await read(request)
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    throw new Problem(400, 'unreadable-body', 'the body broke off', { cause })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The bytes as text, or undefined when they are no UTF-8. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
