/** What work done by hand is called, in both languages. */

type Name = { ja: string; en: string }

const workNames: Readonly<Record<string, Name>> = {
  'card-exchange': { ja: 'カードを新しいカードに替える', en: 'exchange a card for a new one' },
  'card-find': { ja: '見つかったカードの届けを受ける', en: 'take a report that a card was found' },
  'card-issue': { ja: 'カードを交付する', en: 'issue a card' },
  'card-loss': { ja: 'カード紛失の届けを受ける', en: 'take a report of a lost card' },
  'card-return': { ja: '返納されたカードを受け取る', en: 'take back a card' },
  'compare-face (terminal without PIN, simulated)': {
    ja: '顔写真と本人を見比べる（暗証番号なしの端末、模擬）',
    en: 'compare face and photograph (terminal without PIN, simulated)',
  },
  death: { ja: '死亡届を受ける', en: 'take a notification of death' },
  'death-check': { ja: '死亡による失効かを調べる', en: 'look into whether a holder has died' },
  'declare-compromise': { ja: '認証局の鍵の危殆化を宣言する', en: 'declare a CA key compromised' },
  'deliver-anchor': { ja: '認証局証明書を届ける', en: 'deliver a CA certificate' },
  'install-anchor': { ja: '認証局証明書を確かめて置く', en: 'check and install a CA certificate' },
  'key-ceremony': { ja: '認証局の鍵を作る儀式を行う', en: 'hold a key ceremony' },
  letter: { ja: '手紙を出す', en: 'send a letter' },
  'link-at-counter': { ja: '窓口でカードと番号を紐付ける', en: 'link card and number at the counter' },
  move: { ja: '転居・転入の届けを受ける', en: 'take a notification of moving' },
  'pin-change': { ja: '暗証番号の変更に立ち会う', en: 'attend to a change of PIN' },
  'pin-unblock': { ja: '暗証番号のロックを解く', en: 'unblock a PIN' },
  'read-paper-card': { ja: '紙の資格確認書などを読み取る', en: 'read a card of paper' },
  'reload-anchors': { ja: '認証局証明書を読み込み直す', en: 'reload the CA certificates' },
  rename: { ja: '氏名変更の届けを受ける', en: 'take a notification of a new name' },
  renewal: { ja: '電子証明書を更新する', en: 'renew the certificates' },
  'signature-reissue': { ja: '署名用電子証明書を発行し直す', en: 'issue a new signature certificate' },
  'take-cash': { ja: '現金を受け取る', en: 'take cash' },
}

/** A piece of work by its name; one that has none is shown by its id. */
export const nameOfWork = (id: string) => ({ id, ...(workNames[id] ?? { ja: id, en: id }) })

export const isNamedWork = (id: string): boolean => Object.hasOwn(workNames, id)
