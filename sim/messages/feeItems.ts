/** What fees fall due for, in both languages, and the prices that are published. */

type Text = { ja: string; en: string }
type Tariff = { yen: number; source: Text; assumption: string }

const kinds: Readonly<Record<string, Text>> = {
  signature: { ja: '署名用電子証明書', en: 'signature certificate' },
  authentication: { ja: '利用者証明用電子証明書', en: 'authentication certificate' },
}
const methods: Readonly<Record<string, Text>> = {
  ocsp: { ja: 'OCSP', en: 'OCSP' },
  crl: { ja: '失効リスト', en: 'revocation list' },
  delta: { ja: '差分失効リスト', en: 'delta list' },
  snapshot: { ja: 'スナップショット', en: 'snapshot' },
}
const uses: Readonly<Record<string, Text>> = {
  verification: { ja: '検証', en: 'verification' },
  'change-check': { ja: '変更確認', en: 'change check' },
}

const latestBasicFour = { ja: '最新の4情報の提供', en: 'latest basic four' }

/** `signature.ocsp.change-check` and the like; an item that is not known here is shown by its id. */
export const nameOfFeeItem = (id: string): { id: string } & Text => {
  if (id === 'latest-basic-four') return { id, ...latestBasicFour }
  const [kind, method, use] = id.split('.')
  const [what, how, why] = [kinds[kind ?? ''], methods[method ?? ''], uses[use ?? '']]
  if (what === undefined || how === undefined || (use !== undefined && why === undefined)) return { id, ja: id, en: id }
  return {
    id,
    ja: `${what.ja}の有効性（${how.ja}${why === undefined ? '' : `、${why.ja}`}）`,
    en: `status: ${what.en} (${how.en}${why === undefined ? '' : `, ${why.en}`})`,
  }
}

/** Yen for one answer with data, whatever its number of items (guideline for private businesses of the Digital Agency). */
export const latestBasicFourYen = 20

/** The published price of one piece of an item; undefined where this testbed knows none. */
export const tariffOf = (item: string, payee: string): Tariff | undefined =>
  item === 'latest-basic-four' && payee === 'ca'
    ? {
        yen: latestBasicFourYen,
        source: {
          ja: 'デジタル庁の民間事業者向けガイドライン',
          en: 'guideline of the Digital Agency for private businesses',
        },
        assumption: 'A-123',
      }
    : undefined
