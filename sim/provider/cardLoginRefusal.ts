/** Why nobody is logged in, and what the person can do about it, in words. */
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Text } from '../core/site.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { Refusal } from '../messages/verification.ts'

export type LoginRefusal = Refusal | 'not-over-tls' | 'no-certificate' | 'platform-silent'

/** `detail` is for programs (RFC 9457), `text` and `advice` for people. */
export type Explanation = { status: ContentfulStatusCode; detail: string; text: Text; advice: Text }

const notOurs: Explanation = {
  status: 403,
  detail: 'the certificate was issued by none of the simulated CAs',
  text: {
    ja: 'この証明書は、模擬の認証局が発行したものではありません。',
    en: 'This certificate was not issued by one of the simulated certification authorities.',
  },
  advice: {
    ja: 'ここで使えるのは試験用の模擬カードだけです。本物のマイナンバーカードは受け付けません。送られた証明書は保存していません。',
    en: 'Only simulated cards of this testbed are accepted here, never a real Individual Number Card. What was sent has not been kept.',
  },
}

const chooseOther: Explanation = {
  status: 403,
  detail: 'this is not the certificate for user authentication',
  text: {
    ja: '利用者証明用電子証明書ではない証明書（署名用など）が選ばれました。',
    en: 'The certificate that was chosen (the one for signatures, perhaps) is not the one for user authentication.',
  },
  advice: {
    ja: 'ブラウザーをいったん閉じ、もう一度開いて「利用者証明用」の証明書を選んでください。署名用電子証明書には氏名や住所が入っているため、ログインには使いません。',
    en: 'Close the browser, open it again and choose the certificate for user authentication. The one for signatures carries name and address, and is not used for logging in.',
  },
}

const tryLater: Text = {
  ja: 'カードに問題があるわけではありません。しばらくしてからもう一度お試しください。',
  en: 'Nothing is wrong with the card. Please try again later.',
}

const untold: Explanation = {
  status: 503,
  detail: 'whether the certificate was revoked cannot be told now',
  text: {
    ja: '証明書が失効していないかを今は確かめられません。確かめられないうちはログインできません。',
    en: 'Whether the certificate was revoked cannot be told at present, and without that nobody is logged in.',
  },
  advice: tryLater,
}

const explanations: Partial<Record<LoginRefusal, Explanation>> = {
  'not-over-tls': {
    status: 403,
    detail: 'card logins are taken over TLS only',
    text: {
      ja: 'カードでのログインは TLS（https）の窓口でだけ受け付けます。',
      en: 'Logging in with the card works over TLS (https) only.',
    },
    advice: {
      ja: 'npm start が表示する https のアドレスを開いてください（/health の cardLogin にもあります）。',
      en: 'Open the https address that npm start prints (also in /health, under cardLogin).',
    },
  },
  'no-certificate': {
    status: 401,
    detail: 'the connection came without a certificate',
    text: {
      ja: '電子証明書が送られてきませんでした。',
      en: 'No certificate was sent.',
    },
    advice: {
      ja: 'カードをリーダーに入れてからブラウザーを開き直し、利用者証明用電子証明書を選んで4桁の暗証番号を入力してください。',
      en: 'Put the card into the reader, open the browser anew, choose the certificate for user authentication and enter its four-digit PIN.',
    },
  },
  'platform-silent': {
    status: 503,
    detail: 'the platform does not answer',
    text: {
      ja: '共通プラットフォームが応答しないため、証明書を確かめられません。',
      en: 'The common platform does not answer, so the certificate cannot be checked.',
    },
    advice: tryLater,
  },
  'status-unknown': untold,
  expired: {
    status: 403,
    detail: 'the certificate has expired',
    text: { ja: '電子証明書の有効期間が終わっています。', en: 'The certificate has expired.' },
    advice: {
      ja: '市区町村の窓口で電子証明書を更新してください。',
      en: 'Have the certificates renewed at the counter of your municipality.',
    },
  },
  'not-yet-valid': {
    status: 403,
    detail: 'the certificate is not valid yet',
    text: { ja: '電子証明書の有効期間がまだ始まっていません。', en: 'The certificate is not valid yet.' },
    advice: {
      ja: '模擬の世界の時計（/health の now）を確かめてください。',
      en: 'Look at the clock of the simulated world (now in /health).',
    },
  },
  'wrong-kind': chooseOther,
  'wrong-policy': chooseOther,
  'wrong-key-usage': chooseOther,
}

const counter: Text = {
  ja: '市区町村の窓口で新しい電子証明書の発行を受けてください。',
  en: 'Ask for new certificates at the counter of your municipality.',
}

/** What to do about a revocation; what is not here calls for new certificates. */
const revocationAdvice: Partial<Record<RevocationReason, Text>> = {
  certificateHold: {
    ja: 'カードの紛失が届け出られています。見つかった場合も、新しい電子証明書の発行を市区町村の窓口で受けてください。',
    en: 'The card was reported lost. If it is found again, ask for new certificates at the counter of your municipality.',
  },
  superseded: {
    ja: '新しい電子証明書が発行されています。新しい方をお使いください。',
    en: 'A newer certificate was issued: use that one.',
  },
}

const revoked = (reason: RevocationReason | undefined): Explanation => ({
  status: 403,
  detail: `the certificate was revoked${reason === undefined ? '' : `: ${reason}`}`,
  text: { ja: 'この電子証明書は失効しています。', en: 'This certificate was revoked.' },
  advice: (reason && revocationAdvice[reason]) ?? counter,
})

export const explainRefusal = (reason: LoginRefusal, revocationReason?: RevocationReason): Explanation =>
  reason === 'revoked' ? revoked(revocationReason) : (explanations[reason] ?? notOurs)
