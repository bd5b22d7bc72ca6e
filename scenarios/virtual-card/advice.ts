/** What to do when the virtual reader is not there, and what to try when a card is in it. */
import type { NoReader } from '../../sim/card/vpcd.ts'
import { Explained } from '../../sim/core/explained.ts'
import type { Text } from '../../sim/core/site.ts'
import type { Holder } from './holder.ts'
import type { Slot } from './slot.ts'
import type { Testbed } from './testbed.ts'

/** vpcd binds all addresses; in a network namespace of its own only this machine reaches it (pcscd 1.9, Debian 12). */
const recipe = `  sudo unshare --net --mount --propagation private bash
  ip link set lo up
  ip route change local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 quickack 1
  mkdir -p /run/pcscd && mount -t tmpfs tmpfs /run/pcscd
  pcscd -f &
  npm run serve &
  npm run card -- insert taro &
  opensc-tool -l`

export const explainNoReader = (error: NoReader, { host, port }: Slot): Explained =>
  new Explained(
    {
      ja: `仮想リーダー（vpcd）が ${host}:${port} で待っていません（${error.code}）。
pcscd と vpcd が要ります（Debian / Ubuntu）:
  sudo apt-get install opensc pcscd vsmartcard-vpcd pcsc-tools
  sudo pcscd -f          （systemd なら sudo systemctl start pcscd）
注意: vpcd は全アドレス（0.0.0.0）で待ち受け、接続元を確かめません。外から届かないよう、専用のネットワーク名前空間で動かせます:
${recipe}
詳しくは docs/card.md`,
      en: `No virtual reader (vpcd) listens at ${host}:${port} (${error.code}).
pcscd and vpcd are needed (Debian, Ubuntu):
  sudo apt-get install opensc pcscd vsmartcard-vpcd pcsc-tools
  sudo pcscd -f          (with systemd: sudo systemctl start pcscd)
Mind that vpcd listens on all addresses (0.0.0.0) and asks nobody who they are. In a network namespace of its own nobody outside reaches it:
${recipe}
More in docs/card.md`,
    },
    { cause: error },
  )

const pinLines = ({ person, record }: Holder): Text[] => {
  const card = person?.card
  if (card === undefined)
    return [
      {
        ja: '暗証番号は、このカードの交付のときに決めたものです（この命令は知りません）。',
        en: 'Its PINs are those chosen when it was issued; this command does not know them.',
      },
    ]
  const withSignature = record?.certificates.some(({ kind }) => kind === 'signature') ?? true
  const password = withSignature ? card.signaturePassword : undefined
  return [
    {
      ja: `試験用の暗証番号（架空の住民、交付時の値）: 利用者証明用 ${card.authenticationPin}${password === undefined ? '' : `、署名用パスワード ${password}`}`,
      en: `test PINs (an invented resident; as issued): authentication ${card.authenticationPin}${password === undefined ? '' : `, signature password ${password}`}`,
    },
  ]
}

/** The authentication key or certificate as OpenSC names it, the same on every card (RFC 7512); both tokens have objects of this id. */
const authenticationObject = (type: 'cert' | 'private') =>
  `pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29;id=%01;type=${type}`

const loginLines = ({ url, cardLogin }: Pick<Testbed, 'url' | 'cardLogin'>, pin: string): Text[] => {
  const [provider] = cardLogin?.providers ?? []
  if (cardLogin === undefined || provider === undefined) return []
  return [
    {
      ja: `カードで事業者にログイン（TLS 1.2、利用者証明用。ほかの事業者は docs/card-login.md）:`,
      en: `log in to a provider with the card (TLS 1.2, authentication certificate; more in docs/card-login.md):`,
    },
    ...[
      `curl -so testbed-ca.pem ${url}${cardLogin.authority}`,
      `curl --cacert testbed-ca.pem --engine pkcs11 --cert-type ENG --cert '${authenticationObject('cert')}' --key-type ENG --key '${authenticationObject('private')};pin-value=${pin}' ${provider.url}`,
    ].map(command),
  ]
}

const command = (line: string): Text => ({ ja: `  ${line}`, en: `  ${line}` })

/** What to type next, with this resident's own test PINs. */
export const whatToTry = (
  holder: Holder,
  testbed: Pick<Testbed, 'url' | 'cardLogin'>,
  { keyAlgorithm }: Condition,
): Text[] => {
  const pin = holder.person?.card?.authenticationPin ?? 'PIN'
  const pkcs11 = 'pkcs11-tool --module opensc-pkcs11.so'
  const signing = [
    `echo hello > m; ${pkcs11} --slot-index 0 --login --pin ${pin} --sign --mechanism SHA256-RSA-PKCS --id 01 -i m -o m.sig`,
  ]
  return [
    ...pinLines(holder),
    { ja: '別の端末で試せます:', en: 'Try in another terminal:' },
    ...[
      'opensc-tool -l',
      'pkcs15-tool --dump',
      'pkcs15-tool --read-certificate 1',
      `${pkcs11} --list-token-slots`,
      ...(keyAlgorithm === 'p-384' ? [`npm run card -- read --pin ${pin}`] : signing),
    ].map(command),
    ...(keyAlgorithm === 'p-384' ? [] : loginLines(testbed, pin)),
    { ja: 'ほかの使い方は docs/card.md', en: 'More in docs/card.md' },
  ]
}

/** What the card itself tells before it is inserted; a destroyed one tells nothing. */
export type Condition = { disabled: boolean; keyAlgorithm?: 'rsa-2048' | 'p-384' }

const destroyed: Text = {
  ja: '注意: このカードは返納され、破棄されています。何を送っても 6F00 しか返しません。',
  en: 'Mind: this card was handed in and destroyed. It answers nothing but 6F00.',
}
const newAlgorithm: Text = {
  ja: '注意: このカードの鍵は P-384 です（cardKey=p-384）。OpenSC のドライバーは RSA しか扱えず、署名できません。`npm run card -- read` は使えます。',
  en: 'Mind: the keys of this card are P-384 (cardKey=p-384). OpenSC’s driver knows RSA only and cannot sign; `npm run card -- read` can.',
}
const unknownHolder: Text = {
  ja: '（カードIDで指定: 持ち主は不明）',
  en: '(given by its card id: whose it is is not known)',
}
const lost: Text = {
  ja: '注意: このカードは紛失の届け出があります。カードは応答しますが、証明書は一時停止され、受け付けられません。',
  en: 'Mind: this card was reported lost. It answers, but its certificates are on hold and refused.',
}
const dead: Text = {
  ja: '注意: この住民は亡くなっています。カードは応答しますが、証明書は失効しています。',
  en: 'Mind: this resident has died. The card answers, but its certificates are revoked.',
}
const noSignature: Text = {
  ja: '署名用電子証明書はありません（15歳未満など）。使えるのは利用者証明用だけです。',
  en: 'No signature certificate (under 15, for one): only authentication works.',
}
const invalid = {
  signature: {
    ja: '注意: 署名用電子証明書は失効しています。',
    en: 'Mind: the signature certificate is not valid any more.',
  },
  authentication: {
    ja: '注意: 利用者証明用電子証明書は失効しています。',
    en: 'Mind: the authentication certificate is not valid any more.',
  },
} as const

const ofHolder = ({ record }: Holder): Text[] => {
  if (record === undefined) return [unknownHolder]
  if (record.state === 'dead') return [dead]
  if (record.cardId === undefined) return [lost]
  const { certificates } = record
  return [
    ...(certificates.some(({ kind }) => kind === 'signature') ? [] : [noSignature]),
    ...certificates.filter(({ valid }) => !valid).map(({ kind }) => invalid[kind]),
  ]
}

/** What is unusual about this card, or nothing. */
export const remarks = (holder: Holder, { disabled, keyAlgorithm }: Condition): Text[] => [
  ...ofHolder(holder),
  ...(disabled ? [destroyed] : []),
  ...(keyAlgorithm === 'p-384' ? [newAlgorithm] : []),
]
