/** Where what the profile says comes from, and how far it can be relied on: the words that stand beside every field of the profile. */

export const sources = {
  ca: {
    ja: '公的個人認証サービスのCA証明書 (2015〜2023年)',
    en: 'CA certificates of JPKI, 2015 to 2023',
    confidence: 'measured',
  },
  cards: {
    ja: 'カードの証明書の公開ダンプ',
    en: 'public dumps of certificates on cards',
    confidence: 'measured',
  },
  profile: {
    ja: 'J-LIS プロファイル仕様書',
    en: 'J-LIS profile specification, as quoted by those who implemented it',
    confidence: 'official',
  },
  rebuilt: {
    ja: '実物の形を再現した公開プログラム',
    en: 'a public program that rebuilds certificates of the real shape',
    confidence: 'two sources',
  },
  reported: { ja: '報告のみ・未確認', en: 'reported once, unconfirmed', confidence: 'one source' },
  announced: {
    ja: '次期個人番号カードタスクフォース最終とりまとめ (2024-03-18)',
    en: 'final report of the task force on the next card, 2024-03-18',
    confidence: 'official',
  },
  inferred: { ja: '他の事実からの推定', en: 'inferred from the others', confidence: 'inferred' },
  rfc: { ja: 'RFC 5280 / RFC 6960 に従う', en: 'after RFC 5280 and RFC 6960', confidence: 'assumed' },
  assumed: { ja: '仮定', en: 'assumed', confidence: 'assumed' },
} as const

export type Source = keyof typeof sources

/** One field outside the extensions, in the order encoded. `ours` is left out where it does not differ from the real one. */
export type FieldRow = {
  readonly field: string
  readonly ja: string
  readonly real: string
  readonly ours?: string
  readonly source: Source
}
