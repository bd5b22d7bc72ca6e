/** The design variables of a world: what a researcher changes from run to run, with names, defaults and how they are written. */
import { DAY, HOUR, MINUTE, SECOND } from './core/clock.ts'
import { Explained } from './core/explained.ts'
import type { Text } from './core/site.ts'

type Variable<T> = {
  text: Text
  default: T
  /** How a value is written on a command line. */
  form: string
  parse(written: string): T | undefined
}

const choice = <const T extends string>(choices: readonly [T, ...T[]], text: Text): Variable<T> => ({
  text,
  default: choices[0],
  form: choices.join('|'),
  parse: (written) => choices.find((one) => one === written),
})

const flag = (text: Text): Variable<boolean> => ({
  text,
  default: false,
  form: 'true|false',
  parse: (written) => (written === 'true' ? true : written === 'false' ? false : undefined),
})

/** A part of a whole, 0 to 1. */
const share = (standard: number, text: Text): Variable<number> => ({
  text,
  default: standard,
  form: '0…1',
  parse: (written) => (/^(0(\.\d+)?|1(\.0+)?)$/.test(written) ? Number(written) : undefined),
})

const units: ReadonlyMap<string, number> = new Map([
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
])

const duration = (standard: number, text: Text): Variable<number> => ({
  text,
  default: standard,
  form: '30d|12h|15m|10s',
  parse: (written) => {
    const [, count, unit = ''] = /^(\d{1,5})([dhms])$/.exec(written) ?? []
    const lengthMs = units.get(unit)
    return count === undefined || lengthMs === undefined ? undefined : Number(count) * lengthMs
  },
})

/** The first choice of each is what the standard world has. */
export const variables = {
  revocation: choice(['ocsp', 'crl', 'delta', 'snapshot'], {
    ja: '共通プラットフォームが失効を知る方法',
    en: 'how the platform learns of revocations',
  }),
  ocspMode: choice(['pre-signed', 'fresh'], {
    ja: 'OCSP 応答を期間ごとに作り置くか、問い合わせごとに署名するか（ナンス付きは常にその都度）',
    en: 'whether OCSP answers without a nonce are made once a period or for each question',
  }),
  serialNumbers: choice(['running', 'random'], {
    ja: '証明書の発行番号を連番にするか、乱数にするか',
    en: 'whether serial numbers are running or drawn',
  }),
  /** A quarter is assumed; several generations of each CA have been alive at once since 2019. */
  olderGenerationShare: share(0.25, {
    ja: '一つ前の世代の認証局鍵で発行されたカードの割合',
    en: 'share of cards whose certificates come from the CA generation before the current one',
  }),
  caKey: choice(['rsa-2048', 'p-384'], {
    ja: '認証局の鍵（P-384 は次期カードで予定）',
    en: 'keys of the CAs (P-384 is announced for the next card)',
  }),
  cardKey: choice(['rsa-2048', 'p-384'], {
    ja: 'カードの鍵（P-384 は次期カードで予定）',
    en: 'keys on the cards (P-384 is announced for the next card)',
  }),
  blockedPinStatusWord: choice(['6984', '6983', '63C0'], {
    ja: 'ロックされた暗証番号の照合にカードが返す状態語（公表されていない）',
    en: 'what a card answers to a PIN that is blocked (not published)',
  }),
  pinlessTerminal: flag({
    ja: '医療機関の受付端末が暗証番号なしでカードを使うか（特定機関認証の模擬）',
    en: 'whether the terminals at clinics’ receptions use cards without a PIN (simulated)',
  }),
  latestBasicFour: flag({
    ja: '最新の利用者情報（4情報）提供サービスを使うか（2023 年開始。2014 年の計画にはない）',
    en: 'whether the service of the latest basic four is used (began in 2023; not in the plan of 2014)',
  }),
  /** 30 days are assumed. */
  checkIntervalMs: duration(30 * DAY, {
    ja: '事業者が変更確認を行う間隔',
    en: 'how often providers have their stored certificates checked',
  }),
  /** An hour is assumed. */
  residentNetworkDelayMs: duration(HOUR, {
    ja: '窓口から認証局まで（住基ネット）の所要時間',
    en: 'from the counter to the certification authority over the residents’ network',
  }),
}

type Name = keyof typeof variables
export type Variables = { [N in Name]: (typeof variables)[N]['default'] }

const isName = (name: string): name is Name => Object.hasOwn(variables, name)

export const defaultVariables: Variables = {
  revocation: variables.revocation.default,
  ocspMode: variables.ocspMode.default,
  serialNumbers: variables.serialNumbers.default,
  olderGenerationShare: variables.olderGenerationShare.default,
  caKey: variables.caKey.default,
  cardKey: variables.cardKey.default,
  blockedPinStatusWord: variables.blockedPinStatusWord.default,
  pinlessTerminal: variables.pinlessTerminal.default,
  latestBasicFour: variables.latestBasicFour.default,
  checkIntervalMs: variables.checkIntervalMs.default,
  residentNetworkDelayMs: variables.residentNetworkDelayMs.default,
}

/** A line a variable, for people. */
const variableLines = (language: keyof Text): string[] =>
  Object.entries(variables).map(([name, { text, form }]) => `  ${`${name}=${form}`.padEnd(44)} ${text[language]}`)

const parseVariable = (written: string): Partial<Variables> | undefined => {
  const [name = '', value = ''] = written.split('=', 2)
  if (!isName(name)) return undefined
  const parsed = variables[name].parse(value)
  return parsed === undefined ? undefined : { [name]: parsed }
}

/** Reads what was given as `--set name=value`; throws an Explained error that lists what can be set. */
export const readVariables = (written: readonly string[]): Partial<Variables> =>
  Object.assign(
    {},
    ...written.map((one) => {
      const read = parseVariable(one)
      if (read !== undefined) return read
      throw new Explained({
        ja: [`--set ${one}: 設定できる変数と値:`, ...variableLines('ja')].join('\n'),
        en: [`--set ${one}: these can be set, and to what:`, ...variableLines('en')].join('\n'),
      })
    }),
  )
