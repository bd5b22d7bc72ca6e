/** What the desk and the patient are told when something is not as it should be, in Japanese and English. */
import type { Text } from '../core/site.ts'
import type { EligibilityAnswer } from './visit.ts'

const both = (ja: string, en: string): Text => ({ ja, en })

const eligibilityRemarks = {
  valid: undefined,
  lost: both('資格を喪失しています。新しい保険証をご提示ください。', 'Insurance was lost: please show the new card.'),
  changed: both(
    '保険者が変わっています。新しい保険証をご提示ください。',
    'The insurer has changed: please show the new card.',
  ),
  unknown: both('保険者に該当する記録がありません。', 'The insurer knows no such person.'),
}

export const ofEligibility = (eligibility: EligibilityAnswer) => eligibilityRemarks[eligibility.validity]

export const wrongPerson = both(
  'カードまたは保険証は受付の方のものと一致しません。',
  'The card does not match the person at the desk.',
)
export const noLink = both(
  'カードに保険者番号が紐付いていません。保険証をご提示ください。',
  'The card is not linked to an insurer yet: please show the paper card.',
)
export const noConsent = both(
  '資格確認への同意が必要です。端末で同意のうえ、もう一度カードを置いてください。',
  'Consent is needed: agree at the terminal and present the card again.',
)
export const cardRefused = (reason: string) =>
  both(
    `カードを利用できません(${reason})。保険証をご提示いただくか、全額をお支払いのうえ後日精算となります。`,
    `The card was refused (${reason}): show the paper card, or pay in full and settle later.`,
  )
export const platformSilent = both(
  '共通プラットフォームが応答しません。保険証をご提示ください。',
  'The platform does not answer: please show the paper card.',
)
export const insurerSilent = both(
  '保険者が応答しません。保険証により3割で受け付け、資格は後で確認します。',
  'The insurer does not answer: the paper card is taken at 3/10 and will be reconciled.',
)
export const linkRefused = (reason: string) =>
  both(`カードへの紐付けはできませんでした(${reason})。`, `The card could not be linked (${reason}).`)

export const payerRefused = (reason: string) =>
  both(
    `カードでのお支払いはできません(${reason})。現金をお願いします。`,
    `Payment by card was refused (${reason}): please pay in cash.`,
  )
export const issuerSilent = both(
  'カード会社が応答しません。結果を照会しています。',
  'The issuer does not answer: whether it authorised is being found out.',
)
export const notAuthorised = both(
  'カード会社は承認していません。もう一度カードをお使いいただくか、現金をお願いします。',
  'The issuer has not authorised: use the card again, or pay in cash.',
)
export const refundRefused = (reason: string) =>
  both(`カードへの返金はできませんでした(${reason})。`, `The refund to the card was refused (${reason}).`)

/** `differenceYen` is what the patient still owes, negative when paid too much. */
export const reconciled = (differenceYen: number) =>
  differenceYen === 0
    ? both('資格を後から確認しました。精算はありません。', 'Reconciled: nothing to settle.')
    : both(
        `資格を後から確認しました。差額${differenceYen}円を精算します。`,
        `Reconciled: a difference of ${differenceYen} yen is to be settled.`,
      )
export const notReconciled = both(
  '資格を後から確認できませんでした。窓口で確認してください。',
  'The eligibility could not be confirmed later: to be cleared by hand.',
)
