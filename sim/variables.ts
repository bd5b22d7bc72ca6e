/** The design variables of a world: what a researcher changes from run to run, with names, defaults and how they are written. */
import { DAY, HOUR, MINUTE, SECOND } from './core/clock.ts'
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

export const flag = (text: Text): Variable<boolean> => ({
  text,
  default: false,
  form: 'true|false',
  parse: (written) => (written === 'true' ? true : written === 'false' ? false : undefined),
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
  revocation: choice(['ocsp', 'crl'], {
    ja: '共通プラットフォームが失効を知る方法',
    en: 'how the platform learns of revocations',
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
  checkIntervalMs: variables.checkIntervalMs.default,
  residentNetworkDelayMs: variables.residentNetworkDelayMs.default,
}

/** A line a variable, for people. */
export const variableLines = (language: keyof Text): string[] =>
  Object.entries(variables).map(([name, { text, form }]) => `  ${`${name}=${form}`.padEnd(44)} ${text[language]}`)

/** Reads `name=value`; undefined when there is no such variable or it cannot have that value. */
export const parseVariable = (written: string): Partial<Variables> | undefined => {
  const [name = '', value = ''] = written.split('=', 2)
  if (!isName(name)) return undefined
  const parsed = variables[name].parse(value)
  return parsed === undefined ? undefined : { [name]: parsed }
}
