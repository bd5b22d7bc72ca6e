/** Puts one card into a virtual PC/SC reader: connects to vpcd and serves what the reader asks until the card is taken out. */
import { connect, type Socket } from 'node:net'
import { SECOND, type Clock } from '../core/clock.ts'
import { statusWords } from './statusWord.ts'
import { createFrameReader, frameOf, type ReaderMessage } from './vpcdFrame.ts'

/** vpcd listens for the card of its first reader here, for the next one port further (0x8C7B, vsmartcard's default). */
export const VPCD_PORT = 35_963

/** The answer to reset by which OpenSC knows a JPKI card at once (card-jpki.c). */
export const JPKI_ATR = '3BE000FF8131FE4514'

/** The card in a reader's hands. Whatever is rejected leaves the reader going: an APDU is then answered 6F00. */
export type InsertedCard = {
  /** Command and response APDU in hex. */
  transmit(apdu: string): Promise<string>
  /** Power on, off, or a warm reset: verified PINs are forgotten. */
  power(change: PowerChange): Promise<void>
  /** Hex. */
  atr: string
}

export type PowerChange = 'power-on' | 'power-off' | 'reset'

/** What happens to the connection, told as it happens. */
export type VpcdEvent =
  | { type: 'connected' }
  /** The reader spoke for the first time: the card is in it. */
  | { type: 'inserted' }
  /** Connected, but the reader does not speak: another card is in it. */
  | { type: 'silent' }
  /** The reader is gone (pcscd ended); it is looked for again. */
  | { type: 'lost' }
  | { type: 'unreachable'; code: string; retryInMs: number }
  | { type: 'card-failed'; error: unknown }

export type VpcdOptions = {
  host: string
  port: number
  clock: Clock
  card: InsertedCard
  tell?: (event: VpcdEvent) => void
}

export type Insertion = {
  /** Resolves at the first connection; rejects with `NoReader` if there is none. */
  connected: Promise<void>
  /** Resolves when the card was taken out. */
  ended: Promise<void>
  /** Takes the card out: the connection ends, and the card is powered off. Safe to repeat. */
  close(): Promise<void>
}

/** pcscd asks a reader two or three times a second whether a card is in it; one that is silent for so long has another (assumed). */
const silentAfterMs = 3 * SECOND

/** Waits between attempts to find a reader again double from the first to the longest of these (assumed). */
const firstRetryMs = 250
const longestRetryMs = 4 * SECOND

/** Says no more than that something failed (6F00, no precise diagnosis: ISO/IEC 7816-4 section 5.6). */
const failed = statusWords.disabled

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)

/** No virtual reader listens there, or it cannot be reached; `code` as Node names it (ECONNREFUSED, ENOTFOUND …). */
export class NoReader extends Error {
  readonly code: string
  constructor(host: string, port: number, cause: unknown) {
    super(`no virtual reader at ${host}:${port}: ${codeOf(cause)}`, { cause })
    this.code = codeOf(cause)
  }
}

const open = (host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })

/** Answers what the reader says on this connection, one thing after the other, until the connection ends. */
const serve = async (socket: Socket, { card, tell = () => undefined }: VpcdOptions, heard: () => void) => {
  const read = createFrameReader()

  const changePower = async (change: PowerChange) => {
    try {
      await card.power(change)
    } catch (error) {
      tell({ type: 'card-failed', error })
    }
  }

  const transmit = async (apdu: string) => {
    try {
      const response = await card.transmit(apdu)
      return frameOf(Buffer.from(response, 'hex'))
    } catch (error) {
      tell({ type: 'card-failed', error })
      return frameOf(Buffer.from(failed, 'hex'))
    }
  }

  const answer = async (message: ReaderMessage) => {
    if (message.type === 'unknown') return
    if (message.type === 'atr') socket.write(frameOf(Buffer.from(card.atr, 'hex')))
    else if (message.type === 'apdu') socket.write(await transmit(message.apdu))
    else await changePower(message.type)
  }

  for await (const chunk of socket) {
    if (!(chunk instanceof Uint8Array)) throw new Error('a socket gives bytes')
    heard()
    for (const message of read(chunk)) {
      if (socket.destroyed) return
      await answer(message)
    }
  }
}

/** Puts the card in, and keeps it in also when the reader goes away for a while; only the first connection must succeed. */
export const insertIntoVpcd = (options: VpcdOptions): Insertion => {
  const { host, port, clock, card, tell = () => undefined } = options
  let closed = false
  let current: Socket | undefined
  let endWait: () => void = () => undefined
  const first = Promise.withResolvers<void>()

  const wait = async (ms: number) => {
    const ended = new Promise<void>((resolve) => (endWait = resolve))
    if (!closed) await Promise.race([clock.pass(ms), ended])
  }

  /** From connection to disconnection, when the card loses power with the reader; whether the reader ever spoke. */
  const session = async (socket: Socket): Promise<boolean> => {
    current = socket
    tell({ type: 'connected' })
    first.resolve()
    let spoken = false
    const stopWaiting = clock.at(clock.now() + silentAfterMs, () => tell({ type: 'silent' }))
    const heard = () => {
      if (spoken) return
      spoken = true
      stopWaiting()
      tell({ type: 'inserted' })
    }
    try {
      await serve(socket, options, heard)
    } catch (error) {
      // a connection that breaks off (ECONNRESET, a premature close) is over as one that ends
      if (!(error instanceof Error && 'code' in error)) throw error
    } finally {
      stopWaiting()
      socket.destroy()
      current = undefined
      await card.power('power-off').catch((error: unknown) => tell({ type: 'card-failed', error }))
    }
    return spoken
  }

  const tryOpen = async (): Promise<Socket | NoReader> => {
    try {
      return await open(host, port)
    } catch (error) {
      return new NoReader(host, port, error)
    }
  }

  const run = async () => {
    let retryInMs = firstRetryMs
    for (let known = false; !closed; known = true) {
      const socket = await tryOpen()
      if (socket instanceof NoReader) {
        if (!known) throw socket
        if (!closed) tell({ type: 'unreachable', code: socket.code, retryInMs })
      } else if (closed) socket.destroy()
      else {
        const spoken = await session(socket)
        if (spoken) retryInMs = firstRetryMs
        if (!closed) tell({ type: 'lost' })
      }
      await wait(retryInMs)
      retryInMs = Math.min(2 * retryInMs, longestRetryMs)
    }
  }

  const ended = run()
  ended.catch(first.reject)
  first.promise.catch(() => undefined)
  return {
    connected: first.promise,
    ended,
    close: async () => {
      closed = true
      first.reject(new Error('the card was taken out before it was in'))
      endWait()
      current?.destroy()
      await ended.catch(() => undefined)
    },
  }
}
