/** What the screen tells the viewer to do when there is nothing of theirs to show, in Japanese and English. */
import type { Text } from '../core/site.ts'

const both = (ja: string, en: string): Text => ({ ja, en })

export const noLink = both(
  'カードに健康保険が紐付いていません。医療機関または保険者の窓口で紐付けてください。',
  'The card is not linked to a health insurer: have it linked at a clinic or at the insurer.',
)
export const noConsent = both(
  'お知らせの取得への同意が必要です。カードを入れ直し、画面で「同意する」を選んでください。',
  'Consent is needed: insert the card again and choose to agree.',
)
export const insurerSilent = both(
  '保険者が応答しません。しばらくしてからカードを入れ直してください。',
  'The insurer does not answer: insert the card again later.',
)
export const platformSilent = both(
  '共通プラットフォームが応答しません。しばらくしてからカードを入れ直してください。',
  'The platform does not answer: insert the card again later.',
)
export const refusedByInsurer = (reason: string) =>
  both(`保険者からのお知らせはありません(${reason})。`, `The insurer has nothing for this card (${reason}).`)
