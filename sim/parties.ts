/** The world as it is described: who takes part, as instances of the party folders, with names and options. */
import { createRandom } from './core/random.ts'
import type { Text } from './core/site.ts'
import type { Variables } from './variables.ts'

/** Prefecture and towns are invented; the codes lie outside the ranges of the national list (全国地方公共団体コード). */
const prefecture = { ja: '見本県', en: 'Mihon-ken' }

type Described<Folder extends string, Options> = {
  folder: Folder
  id: string
  role: string
  name: Text
  options: Options
}

export type MunicipalityOptions = { code: string; prefecture: string; city: string; nameJa: string }
export type SubscriptionOptions = { nameJa: string; service: string; checkIntervalMs: number; latestBasicFour: boolean }

export type CaDescription = {
  municipalities: Record<string, { code: string; prefecture: string; city: string }>
  ocspMode: Variables['ocspMode']
  serialNumbers: Variables['serialNumbers']
  olderGenerationShare: number
  keyAlgorithm: Variables['caKey']
  latestBasicFour: boolean
}

export type CardDescription = {
  keyPool: string
  keyAlgorithm: Variables['cardKey']
  blockedStatusWord: Variables['blockedPinStatusWord']
  terminalKey: string | null
}

export type ClinicDescription = {
  nameJa: string
  address: string
  institutionCode: string
  insurers: string[]
  /** Hex, known to the terminal at reception and to the cards; whoever acts at that terminal uses it, the clinic's server does not. */
  terminalKey: string | null
}

export type PartyDescription =
  | Described<'ca', CaDescription>
  | Described<'municipality', MunicipalityOptions & { residentNetworkDelayMs: number }>
  | Described<'card', CardDescription>
  | Described<'platform', { revocation: Variables['revocation'] }>
  | Described<'insurer', { nameJa: string; insurerNumber: string }>
  | Described<'clinic', ClinicDescription>
  | Described<'payment', { kind: 'credit' | 'debit' }>
  | Described<'catv', { nameJa: string }>
  | Described<'subscription', SubscriptionOptions>

const towns: Record<string, MunicipalityOptions & { en: string }> = {
  'municipality-aobano': {
    code: '99201',
    prefecture: 'Mihon-ken',
    city: 'Aobano-shi',
    nameJa: '青葉野市',
    en: 'Aobano City',
  },
  'municipality-midorino': {
    code: '99301',
    prefecture: 'Mihon-ken',
    city: 'Midorino-machi',
    nameJa: '緑野町',
    en: 'Midorino Town',
  },
  'municipality-shiosai': {
    code: '99202',
    prefecture: 'Mihon-ken',
    city: 'Shiosai-shi',
    nameJa: '潮騒市',
    en: 'Shiosai City',
  },
}

const provider = (id: string, ja: string, en: string, service: string, variables: Variables): PartyDescription => ({
  folder: 'subscription',
  id,
  role: 'subscription',
  name: { ja, en },
  options: {
    ...{ nameJa: ja, service, checkIntervalMs: variables.checkIntervalMs },
    latestBasicFour: variables.latestBasicFour,
  },
})

/** What a world is made with, beside its variables: where RSA keys of cards come from, and what its chance begins with. */
export type Grounds = { keyPool: string; seed: string }

/**
 * The simulated key of clinics' terminals (card/pinCommand.ts), where the world has such terminals: one for all, 16 bytes (assumed). Made of
 * the world's randomness, so who knows the seed knows the key.
 */
const terminalKeyOf = ({ pinlessTerminal }: Variables, { seed }: Grounds): string | null =>
  pinlessTerminal
    ? Buffer.from(createRandom(`${seed}/terminals of clinics`).bytes(16))
        .toString('hex')
        .toUpperCase()
    : null

/** Every party of the standard world, the certification authority first. */
export const describeParties = (variables: Variables, grounds: Grounds): PartyDescription[] => [
  {
    folder: 'ca',
    id: 'ca',
    role: 'ca',
    name: { ja: '認証局', en: 'Certification authority' },
    options: {
      municipalities: Object.fromEntries(
        Object.entries(towns).map(([id, { code, prefecture, city }]) => [id, { code, prefecture, city }]),
      ),
      ocspMode: variables.ocspMode,
      serialNumbers: variables.serialNumbers,
      olderGenerationShare: variables.olderGenerationShare,
      keyAlgorithm: variables.caKey,
      latestBasicFour: variables.latestBasicFour,
    },
  },
  {
    folder: 'card',
    id: 'card',
    role: 'card',
    name: { ja: '個人番号カード', en: 'Individual Number Cards' },
    options: {
      keyPool: grounds.keyPool,
      keyAlgorithm: variables.cardKey,
      blockedStatusWord: variables.blockedPinStatusWord,
      terminalKey: terminalKeyOf(variables, grounds),
    },
  },
  ...Object.entries(towns).map(([id, { en, ...options }]): PartyDescription => ({
    folder: 'municipality',
    id,
    role: 'municipality',
    name: { ja: options.nameJa, en },
    options: { ...options, residentNetworkDelayMs: variables.residentNetworkDelayMs },
  })),
  {
    folder: 'platform',
    id: 'platform',
    role: 'platform',
    name: { ja: '共通プラットフォーム', en: 'Common platform' },
    options: { revocation: variables.revocation },
  },
  {
    folder: 'insurer',
    id: 'insurer-nhi',
    role: 'insurer',
    name: { ja: '見本県国民健康保険', en: 'Mihon National Health Insurance' },
    options: { nameJa: '見本県国民健康保険', insurerNumber: '00999201' },
  },
  {
    folder: 'insurer',
    id: 'insurer-company',
    role: 'insurer',
    name: { ja: 'みほん電機健康保険組合', en: 'Mihon Electric Health Insurance Society' },
    options: { nameJa: 'みほん電機健康保険組合', insurerNumber: '06999992' },
  },
  ...(
    [
      ['clinic-sakura', 'さくら診療所', 'Sakura Clinic', '青葉野市中央一丁目1番1号', '9910000001'],
      ['clinic-kaede', 'かえで医院', 'Kaede Clinic', '緑野町本町二丁目2番2号', '9910000002'],
    ] as const
  ).map(([id, ja, en, place, institutionCode]): PartyDescription => ({
    folder: 'clinic',
    id,
    role: 'clinic',
    name: { ja, en },
    options: {
      nameJa: ja,
      address: prefecture.ja + place,
      institutionCode,
      insurers: ['insurer-nhi', 'insurer-company'],
      terminalKey: terminalKeyOf(variables, grounds),
    },
  })),
  {
    folder: 'payment',
    id: 'payment-credit',
    role: 'issuer',
    name: { ja: 'みほんクレジット', en: 'Mihon Credit' },
    options: { kind: 'credit' },
  },
  {
    folder: 'payment',
    id: 'payment-debit',
    role: 'issuer',
    name: { ja: 'みほん銀行デビット', en: 'Mihon Bank Debit' },
    options: { kind: 'debit' },
  },
  {
    folder: 'catv',
    id: 'catv-hikari',
    role: 'operator',
    name: { ja: 'ひかりケーブルテレビ', en: 'Hikari Cable TV' },
    options: { nameJa: 'ひかりケーブルテレビ' },
  },
  {
    folder: 'catv',
    id: 'catv-midori',
    role: 'operator',
    name: { ja: 'みどりケーブルネット', en: 'Midori Cable Net' },
    options: { nameJa: 'みどりケーブルネット' },
  },
  provider('contract-hikari', 'ひかりケーブルテレビ 契約窓口', 'Hikari Cable TV, contracts', 'cable-tv', variables),
  provider('contract-midori', 'みどりケーブルネット 契約窓口', 'Midori Cable Net, contracts', 'cable-tv', variables),
  provider('mobile-sora', 'そらモバイル', 'Sora Mobile', 'mobile', variables),
  provider('broadcaster-koho', '公共放送みほん', 'Mihon Public Broadcasting', 'receiving-contract', variables),
  provider('rights-uta', 'うた権利者協会', 'Song Rights Holders’ Association', 'membership', variables),
]

/** Residents, their terminals and whoever acts by hand: the scenario runner speaks as them. */
export const people = { id: 'people', role: 'public', name: { ja: '住民と端末', en: 'Residents and terminals' } }
