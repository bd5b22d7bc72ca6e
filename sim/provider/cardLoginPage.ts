/** What a person sees who logs in with the card: who they are here and how the provider knows, or why not and what to do. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { type PageBody, showPage, type Words } from '../core/page.ts'
import type { Text } from '../core/site.ts'
import type { AccountContract, CardLogin } from '../messages/cardLogin.ts'
import type { Explanation } from './cardLoginRefusal.ts'

const methods: Record<CardLogin['revocation']['method'], Text> = {
  ocsp: { ja: '認証局への問合せ（OCSP）', en: 'a question to the certification authority (OCSP)' },
  crl: { ja: '失効リスト（CRL）', en: 'revocation lists (CRL)' },
  delta: { ja: '失効リストと差分（CRL・デルタCRL）', en: 'revocation lists with deltas' },
  snapshot: { ja: '署名付きスナップショット', en: 'signed snapshots' },
}

const asked: Record<NonNullable<AccountContract['asked']>, Text> = {
  'new-data': {
    ja: '住所や氏名が変わったようです。新しい署名用電子証明書で署名し直してください。',
    en: 'Your data seem to have changed: please sign again with the new signature certificate.',
  },
  'new-certificate': {
    ja: '新しい署名用電子証明書で署名し直してください。',
    en: 'Please sign again with the new signature certificate.',
  },
  renewal: {
    ja: '署名用電子証明書の期限が切れています。更新してから署名し直してください。',
    en: 'The signature certificate has expired: have it renewed, then sign again.',
  },
  'new-card': {
    ja: '利用を一時止めています。新しいカードで署名し直してください。',
    en: 'The service is suspended: please sign again with the new card.',
  },
}

/** In Japan's time, which has no summer time, to the second. */
const instant = (at: number) => {
  const local = new Date(at + 9 * 3_600_000).toISOString()
  return html`<time datetime="${new Date(at).toISOString()}">${local.slice(0, 10)} ${local.slice(11, 19)} JST</time>`
}

const row = (name: string, value: PageBody | string) =>
  html`<tr>
    <th scope="row">${name}</th>
    <td>${value}</td>
  </tr>`

const contractTable = (t: Words, contracts: readonly AccountContract[]) =>
  html`<h2>${t({ ja: 'ログイン中に署名した契約', en: 'Contracts signed while logged in' })}</h2>
    ${
      contracts.length === 0
        ? html`<p>${t({ ja: 'まだありません。', en: 'None yet.' })}</p>`
        : html`<table>
            ${contracts.map(({ contractId, state, asked: what }) =>
              row(
                contractId,
                html`${state}${what === undefined ? '' : html`<br /><span class="bad">${t(asked[what])}</span>`}`,
              ),
            )}
          </table>`
    }`

export const loginPage = (c: Context, provider: Text, login: CardLogin) =>
  showPage(c, {
    title: provider,
    links: [{ path: '/', text: { ja: 'ログインできる事業者', en: 'Providers' } }],
    body: (t) => html`
      <p class="good">
        ✓ ${t({ ja: 'カードでログインしています（模擬）。', en: 'You are logged in with your card (simulated).' })}
      </p>
      <table>
        ${row(t({ ja: 'この事業者でのあなたの番号（仮名）', en: 'You are known here as (pseudonym)' }), html`<code>${login.accountId}</code>`)}
        ${row(t({ ja: '初めてのログイン', en: 'First login' }), instant(login.since))}
        ${row(t({ ja: 'ログイン回数', en: 'Logins' }), `${login.logins}`)}
        ${row(
          t({ ja: 'これまでのログイン', en: 'Earlier logins' }),
          login.earlierLogins.length === 0 ? '—' : html`${login.earlierLogins.map((at) => html`${instant(at)}<br />`)}`,
        )}
        ${row(t({ ja: '電子証明書の有効期間の終わり', en: 'Certificate valid until' }), instant(login.notAfter))}
        ${row(
          t({ ja: '失効していないことの確認', en: 'Not revoked, according to' }),
          html`${t(methods[login.revocation.method])} · ${instant(login.revocation.asOf)}`,
        )}
      </table>
      ${login.contracts === undefined ? '' : contractTable(t, login.contracts)}
      <h2>${t({ ja: 'ログアウト', en: 'Logging out' })}</h2>
      <p>
        ${t({
          ja: '電子証明書によるログインにログアウトのボタンはありません。カードを抜き、ブラウザーのウィンドウをすべて閉じてください。次に開くときは、もう一度カードが署名します。',
          en: 'A login by certificate has no log-out button: take the card out and close all windows of the browser. The next visit needs the card to sign again.',
        })}
      </p>
      <p>
        <small>
          ${t({
            ja: 'この事業者が保存するのは、上の番号（仮名）とログインの日時、署名した契約だけです。電子証明書やその発行番号は保存しません。',
            en: 'This provider keeps the pseudonym above, the times of logins and the contracts signed, but neither the certificate nor its serial number.',
          })}
        </small>
      </p>
    `,
  })

export const refusalPage = (c: Context, provider: Text, { status, text, advice }: Explanation) =>
  showPage(c, {
    title: provider,
    status,
    links: [{ path: '/', text: { ja: 'ログインできる事業者', en: 'Providers' } }],
    body: (t) => html`
      <p class="bad">✗ ${t({ ja: 'ログインしていません。', en: 'You are not logged in.' })} ${t(text)}</p>
      <p>${t(advice)}</p>
      <p>
        <small>
          ${t({
            ja: '別のカードや証明書で試すには、ブラウザーをすべて閉じてから開き直してください。',
            en: 'To try another card or certificate, close all windows of the browser and open it again.',
          })}
        </small>
      </p>
    `,
  })
