/** A card in a real PC/SC reader of this machine, through the optional npm package `smartcard` (MIT), for reader.ts. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Explained } from '../core/explained.ts'
import type { Transmit } from './reader.ts'

/** Why no card can be reached, and what to do. */
export class NoCardInReader extends Explained {}

type PcscCard = {
  atr: Uint8Array | null
  transmit(command: Uint8Array): Promise<Uint8Array>
  disconnect(disposition: number): void
}
type PcscReader = { name: string; state: number; connect(shareMode: number, protocol: number): Promise<PcscCard> }
type PcscContext = { listReaders(): PcscReader[]; close(): void }

/** As much of the package as is used here; every name is PC/SC's own (PC/SC Workgroup specification, part 5). */
export type Pcsc = {
  Context: new () => PcscContext
  SCARD_SHARE_EXCLUSIVE: number
  SCARD_PROTOCOL_T0: number
  SCARD_PROTOCOL_T1: number
  SCARD_RESET_CARD: number
}

const constants = ['SCARD_SHARE_EXCLUSIVE', 'SCARD_PROTOCOL_T0', 'SCARD_PROTOCOL_T1', 'SCARD_RESET_CARD'] as const

/** Whether the module has what is used here; its functions are trusted to be what its documentation says. */
const isPcsc = (module: unknown): module is Pcsc =>
  typeof module === 'object' &&
  module !== null &&
  'Context' in module &&
  typeof module.Context === 'function' &&
  constants.every((name) => typeof Object.entries(module).find(([key]) => key === name)?.[1] === 'number')

const root = join(import.meta.dirname, '..', '..')

const packageName = 'smartcard'

/** Where the package may be: beside the testbed's own, or built apart, where `npm ci` leaves it alone (acceptance/card). */
const places = [root, join(root, 'data', 'tools', 'smartcard')]

const notInstalled = (cause: unknown) =>
  new NoCardInReader(
    {
      ja: `PC/SCリーダーを使うには npm パッケージ smartcard が要ります（任意。このテストベッドの依存には入っていません）。Debian / Ubuntu では:
  sudo apt-get install libpcsclite-dev pcscd
  npm install --no-save smartcard`,
      en: `A PC/SC reader needs the npm package smartcard (optional; it is none of this testbed's dependencies). On Debian and Ubuntu:
  sudo apt-get install libpcsclite-dev pcscd
  npm install --no-save smartcard`,
    },
    { cause },
  )

const notLoaded = (cause: unknown) => {
  const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
  return new NoCardInReader(
    {
      ja: `npm パッケージ smartcard を読み込めません（${why}）。\`npm rebuild smartcard\` で作り直してください`,
      en: `The npm package smartcard cannot be loaded (${why}): make it anew with \`npm rebuild smartcard\``,
    },
    { cause },
  )
}

/** The package `smartcard`, or an explanation how to install it. */
export const loadPcsc = (folders: readonly string[] = places): Pcsc => {
  let missing: unknown
  for (const folder of folders) {
    const require = createRequire(join(folder, 'package.json'))
    let path: string
    try {
      path = require.resolve(packageName)
    } catch (error) {
      missing = error
      continue
    }
    let module: unknown
    try {
      module = require(path)
    } catch (error) {
      throw notLoaded(error)
    }
    if (isPcsc(module)) return module
    throw notLoaded(new Error('another package of this name'))
  }
  throw notInstalled(missing)
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))

const noService = (cause: unknown) =>
  new NoCardInReader(
    {
      ja: `PC/SC サービス（pcscd）が動いていません（${reason(cause)}）。\`sudo pcscd -f\` などで起動してください`,
      en: `The PC/SC service (pcscd) is not running (${reason(cause)}): start it, e.g. with \`sudo pcscd -f\``,
    },
    { cause },
  )

const noReader = (index: number, names: readonly string[]) =>
  new NoCardInReader({
    ja: `PC/SC リーダー ${index} はありません。あるもの: ${names.map((name, n) => `${n} ${name}`).join('、') || 'なし'}`,
    en: `There is no PC/SC reader ${index}. There are: ${names.map((name, n) => `${n} ${name}`).join(', ') || 'none'}`,
  })

const noCard = (name: string, cause: unknown) =>
  new NoCardInReader(
    {
      ja: `リーダー「${name}」のカードを使えません（${reason(cause)}）。カードが入っていないか、ほかのプログラムが使っています`,
      en: `The card in the reader ${name} cannot be used (${reason(cause)}): there is none, or another program uses it`,
    },
    { cause },
  )

export type ConnectedCard = {
  readerName: string
  /** Hex. */
  atr: string
  transmit: Transmit
  /** Resets the card, so that no PIN stays verified, and lets go of it. */
  close(): void
}

/** Connects to the card in the reader of this number, alone, so that no other program can use a PIN verified here. */
export const connectCard = async (index: number, pcsc: Pcsc = loadPcsc()): Promise<ConnectedCard> => {
  let context: PcscContext
  let readers: PcscReader[]
  try {
    context = new pcsc.Context()
    readers = context.listReaders()
  } catch (error) {
    throw noService(error)
  }
  const reader = readers[index]
  if (reader === undefined) {
    context.close()
    throw noReader(
      index,
      readers.map(({ name }) => name),
    )
  }
  let card: PcscCard
  try {
    card = await reader.connect(pcsc.SCARD_SHARE_EXCLUSIVE, pcsc.SCARD_PROTOCOL_T0 | pcsc.SCARD_PROTOCOL_T1)
  } catch (error) {
    context.close()
    throw noCard(reader.name, error)
  }
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
  return {
    readerName: reader.name,
    atr: hexOf(card.atr ?? new Uint8Array()),
    transmit: async (apdu) => hexOf(await card.transmit(Buffer.from(apdu, 'hex'))),
    close: () => {
      card.disconnect(pcsc.SCARD_RESET_CARD)
      context.close()
    },
  }
}
