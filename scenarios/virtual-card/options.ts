/** The command line of `npm run card`, read and checked. */
import { parseArgs } from 'node:util'
import { VPCD_PORT } from '../../sim/card/vpcd.ts'
import type { Text } from '../../sim/core/site.ts'
import { chooseLanguage, WrongOption, type Language } from '../language.ts'
import { defaultUrl } from './testbed.ts'

const actions = ['list', 'insert', 'eject', 'unblock', 'show', 'read'] as const
export type Action = (typeof actions)[number]

export type Options = {
  action: Action
  /** The words after the action. */
  names: string[]
  language: Language
  url: string
  reader: number
  host: string
  /** vpcd's port of this reader. */
  port: number
  trace?: string
  pin?: string
  value?: string
}

/** Where vpcd is looked for unless told otherwise. */
export const defaultHost = '127.0.0.1'

/** pcscd has 16 readers at most. */
const mostReaders = 16

export const usage: Text = {
  ja: `使い方: npm run card -- <操作> …
  list [住民…]                    誰がどのカードを持つか
  insert 住民 [--trace FILE|-]    カードを仮想リーダーに挿入（Ctrl+C で抜く）
  eject                           カードを抜く
  unblock 住民 --pin authentication|signature [--value 新しい値]
                                  市区町村の窓口で暗証番号を設定し直す
  show 住民 [--pin 署名用パスワード]  カードの中身
  read [--pin 暗証番号]           PC/SCリーダーのカードを読む（npm パッケージ smartcard が必要）
住民: scenarios/people.ts の名前（例 taro）、住民ID、またはカードID
共通: --url http://127.0.0.1:4000  --reader 0  --host 127.0.0.1  --port ${VPCD_PORT}  --lang ja|en`,
  en: `usage: npm run card -- <action> …
  list [PERSON…]                  who has which card
  insert PERSON [--trace FILE|-]  put a card into a virtual reader (Ctrl+C takes it out)
  eject                           take the card out
  unblock PERSON --pin authentication|signature [--value NEW]
                                  set a PIN anew at the municipality's counter
  show PERSON [--pin PASSWORD]    what is on the card (with the signature password: all of it)
  read [--pin PIN]                read the card in a PC/SC reader (needs the npm package smartcard)
PERSON: a name of scenarios/people.ts (e.g. taro), a resident's id, or a card's id
all: --url http://127.0.0.1:4000  --reader 0  --host 127.0.0.1  --port ${VPCD_PORT}  --lang ja|en`,
}

const numberIn = (name: string, text: string, most: number): number => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : most + 1
  if (value > most) throw new WrongOption(`--${name} ${text}: 0 から ${most} までの数 / a number from 0 to ${most}`)
  return value
}

const isAction = (word: string | undefined): word is Action => actions.some((action) => action === word)

/** How many words each action takes after its name. */
const words: Readonly<Record<Action, readonly [least: number, most: number]>> = {
  list: [0, Infinity],
  insert: [1, 1],
  eject: [0, 0],
  unblock: [1, 1],
  show: [1, 1],
  read: [0, 0],
}

const wrongWords = (action: Action, names: string[]) =>
  words[action][1] === 0
    ? `${action}: 余分な語があります / too many words: ${names.join(' ')}`
    : `${action}: 住民を1人指定してください / name one person`

/** Throws WrongOption, or parseArgs' own TypeError, for what cannot be understood. */
export const readOptions = (args: string[], environment: NodeJS.ProcessEnv): Options => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      lang: { type: 'string' },
      url: { type: 'string', default: defaultUrl },
      reader: { type: 'string', default: '0' },
      host: { type: 'string', default: defaultHost },
      port: { type: 'string' },
      trace: { type: 'string' },
      pin: { type: 'string' },
      value: { type: 'string' },
    },
  })
  const [action, ...names] = positionals
  if (!isAction(action))
    throw new WrongOption(action === undefined ? '' : `${action}: そのような操作はありません / no such action`)
  const [least, most] = words[action]
  if (names.length < least || names.length > most) throw new WrongOption(wrongWords(action, names))
  if (!URL.canParse(values.url) || !/^https?:/.test(values.url))
    throw new WrongOption(`--url ${values.url}: http://… で指定してください / must begin with http://`)
  const reader = numberIn('reader', values.reader, mostReaders - 1)
  return {
    action,
    names,
    language: chooseLanguage(values.lang, environment),
    url: values.url,
    reader,
    host: values.host,
    port: values.port === undefined ? VPCD_PORT + reader : numberIn('port', values.port, 65_535),
    ...(values.trace !== undefined && { trace: values.trace }),
    ...(values.pin !== undefined && { pin: values.pin }),
    ...(values.value !== undefined && { value: values.value }),
  }
}
