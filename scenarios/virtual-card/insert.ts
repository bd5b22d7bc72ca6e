/** `npm run card -- insert`: a resident's card in a virtual reader for as long as this process lives. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { createTrace, type Trace } from '../../sim/card/apduTrace.ts'
import { createReader } from '../../sim/card/reader.ts'
import { readTokenInfo } from '../../sim/card/tokenInfo.ts'
import {
  insertIntoVpcd,
  JPKI_ATR,
  NoReader,
  VPCD_PORT,
  type InsertedCard,
  type VpcdEvent,
} from '../../sim/card/vpcd.ts'
import type { Clock } from '../../sim/core/clock.ts'
import { Explained } from '../../sim/core/explained.ts'
import type { Text } from '../../sim/core/site.ts'
import { inLanguage } from '../language.ts'
import { explainNoReader, remarks, whatToTry, type Condition } from './advice.ts'
import { findHolder, type Holder } from './holder.ts'
import { defaultHost, type Options } from './options.ts'
import { occupy, type Occupant, type Slot } from './slot.ts'
import { findTestbed, type Testbed } from './testbed.ts'

export type Surroundings = {
  clock: Clock
  say: (line: string) => void
  /** Resolves when the card is to be taken out. */
  untilAsked: () => Promise<void>
}

/** On a terminal an answer is shown by its first bytes; a file gets everything. */
const bytesOnTerminal = 24

const openTrace = (
  { trace, language }: Options,
  { clock, say }: Surroundings,
): { trace: Trace | undefined; close(): void } => {
  const now = () => clock.now()
  if (trace === undefined) return { trace: undefined, close: () => undefined }
  if (trace === '-')
    return { trace: createTrace({ language, write: say, now, longestBytes: bytesOnTerminal }), close: () => undefined }
  const file = openTraceFile(trace)
  return {
    trace: createTrace({ language, write: (line) => void writeSync(file, `${line}\n`), now }),
    close: () => closeSync(file),
  }
}

const openTraceFile = (path: string) => {
  try {
    return openSync(path, 'a', 0o600)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Explained({ ja: `--trace: 書けません: ${why}`, en: `--trace: cannot be written: ${why}` }, { cause })
  }
}

/** The card of the testbed, with every exchange told to the trace. */
const overHttp = (testbed: Testbed, cardId: string, trace: Trace | undefined): InsertedCard => {
  const { transmit, reset } = testbed.terminal(cardId)
  return {
    atr: JPKI_ATR,
    transmit: async (command) => {
      const begun = performance.now()
      const response = await transmit(command)
      trace?.exchange({ command, response, tookMs: performance.now() - begun })
      return response
    },
    power: async (change) => {
      trace?.power(change)
      await reset()
    },
  }
}

/** The options that name this reader, as far as they are needed. */
const optionsFor = ({ host, port, reader }: Slot) =>
  [
    ...(reader === 0 ? [] : [` --reader ${reader}`]),
    ...(port === VPCD_PORT + reader ? [] : [` --port ${port}`]),
    ...(host === defaultHost ? [] : [` --host ${host}`]),
  ].join('')

const occupied = (by: Occupant, wanted: string): Text => {
  const { who, cardId, host, port, pid } = by
  const where = `${host}:${port}`
  const another = `--reader ${by.reader === 1 ? 0 : 1}`
  const eject = `\`npm run card -- eject${optionsFor(by)}\``
  return cardId === wanted
    ? {
        ja: `このカード（${who}）はすでにリーダー ${where} に入っています（プロセス ${pid}）。${eject} で抜けます。`,
        en: `This card (${who}) is in the reader at ${where} already (process ${pid}). ${eject} takes it out.`,
      }
    : {
        ja: `リーダー ${where} には ${who} のカードが入っています（プロセス ${pid}）。${eject} で抜くか、${another} を使ってください。`,
        en: `The reader at ${where} holds the card of ${who} (process ${pid}). Take it out with ${eject}, or use ${another}.`,
      }
}

const nameOf = ({ record, residentId, cardId }: Holder) =>
  record === undefined ? cardId : `${record.basicFour.name} (${residentId})`

const describeEvent = (event: VpcdEvent, { host, port }: Slot): Text | undefined => {
  const where = `${host}:${port}`
  switch (event.type) {
    case 'silent':
      return {
        ja: `${where} に接続しましたが、リーダーから何も来ません。別のカードが入っているようです。`,
        en: `Connected to ${where}, but the reader says nothing: another card seems to be in it.`,
      }
    case 'lost':
      return {
        ja: 'リーダーがなくなりました（pcscd の終了）。戻るのを待ちます…',
        en: 'The reader is gone (pcscd ended); waiting for it to come back …',
      }
    case 'card-failed': {
      const why = event.error instanceof Explained ? event.error.text : undefined
      const detail = event.error instanceof Error ? event.error.message : String(event.error)
      return {
        ja: `カードが応答できません（リーダーには 6F00）: ${why?.ja ?? detail}`,
        en: `The card cannot answer (the reader gets 6F00): ${why?.en ?? detail}`,
      }
    }
    default:
      return undefined
  }
}

/** Looks at the card before it is inserted, as any reader may; it is powered off again. */
const examine = async (testbed: Testbed, cardId: string): Promise<Condition> => {
  if ((await testbed.cardState(cardId))?.disabled !== false) return { disabled: true }
  const { transmit, reset } = testbed.terminal(cardId)
  const reader = createReader(transmit)
  await reader.select()
  const { keyAlgorithm } = readTokenInfo(await reader.readTokenInfo())
  await reset()
  return { disabled: false, keyAlgorithm }
}

type Holding = { testbed: Testbed; holder: Holder; slot: Slot; asked: Promise<void> }

/** From the first connection until asked to end, with the reader taken. */
const hold = async (options: Options, surroundings: Surroundings, { testbed, holder, slot, asked }: Holding) => {
  const { clock, say } = surroundings
  const t = inLanguage(options.language)
  const condition = await examine(testbed, holder.cardId)
  const { trace, close: closeTrace } = openTrace(options, surroundings)

  const tellInserted = () => {
    say(
      t({
        ja: `挿入しました: ${nameOf(holder)} のカード ${holder.cardId} → リーダー ${slot.reader}（${slot.host}:${slot.port}）`,
        en: `inserted: the card of ${nameOf(holder)}, ${holder.cardId}, in reader ${slot.reader} (${slot.host}:${slot.port})`,
      }),
    )
    for (const line of [...remarks(holder, condition), ...whatToTry(holder, testbed, condition)]) say(t(line))
    say(
      t({
        ja: 'Ctrl+C（または npm run card -- eject）で抜きます。',
        en: 'Ctrl+C (or npm run card -- eject) takes it out.',
      }),
    )
  }

  let insertions = 0
  let lastFailure = ''
  const tell = (event: VpcdEvent) => {
    if (event.type === 'inserted') {
      if (insertions++ === 0) return tellInserted()
      return say(
        t({ ja: 'リーダーが戻り、カードは再び入っています。', en: 'The reader is back, and the card is in it again.' }),
      )
    }
    const text = describeEvent(event, slot)
    if (text === undefined) return
    // a testbed that is away would be told of several times a second
    if (event.type === 'card-failed' && t(text) === lastFailure) return
    lastFailure = event.type === 'card-failed' ? t(text) : ''
    trace?.note(t(text))
    if (options.trace !== '-') say(t(text))
  }

  const insertion = insertIntoVpcd({ ...slot, clock, card: overHttp(testbed, holder.cardId, trace), tell })
  try {
    await insertion.connected.catch((error: unknown) => {
      throw error instanceof NoReader ? explainNoReader(error, slot) : error
    })
    await Promise.race([asked, insertion.ended])
  } finally {
    await insertion.close()
    closeTrace()
  }
}

/** Stays until asked to end; the exit code. */
export const insert = async (options: Options, surroundings: Surroundings): Promise<number> => {
  const slot = { host: options.host, port: options.port, reader: options.reader }
  const asked = surroundings.untilAsked()
  const testbed = await findTestbed(options.url)
  const holder = await findHolder(testbed, options.names[0] ?? '')
  const place = occupy(slot, { url: testbed.url, cardId: holder.cardId, who: nameOf(holder) })
  if (!place.taken) throw new Explained(occupied(place.by, holder.cardId))
  try {
    await hold(options, surroundings, { testbed, holder, slot, asked })
  } finally {
    place.leave()
  }
  surroundings.say(inLanguage(options.language)({ ja: 'カードを抜きました。', en: 'The card was taken out.' }))
  return 0
}
