/** The status words this card answers with, by name, with what each says (ISO/IEC 7816-4:2013 section 5.6). */

export const statusWords = {
  success: '9000',
  terminalRefused: '6300',
  wrongLength: '6700',
  incompatibleFile: '6981',
  securityNotSatisfied: '6982',
  methodBlocked: '6983',
  referenceDataNotUsable: '6984',
  noCurrentFile: '6986',
  wrongData: '6A80',
  notFound: '6A82',
  wrongParameters: '6A86',
  keyNotFound: '6A88',
  pastEnd: '6B00',
  unknownInstruction: '6D00',
  wrongClass: '6E00',
  disabled: '6F00',
} as const

const meanings: Readonly<Record<string, { ja: string; en: string }>> = {
  '9000': { ja: '正常終了', en: 'done' },
  '6300': { ja: '端末を認証できない', en: 'terminal refused' },
  '6700': { ja: '長さが不正', en: 'wrong length' },
  '6981': { ja: 'ファイル構造と矛盾', en: 'command does not fit the file' },
  '6982': { ja: '暗証番号が未照合', en: 'security status not satisfied' },
  '6983': { ja: '暗証番号がロック中', en: 'PIN blocked' },
  '6984': { ja: '暗証番号が使用不可 (ロック中)', en: 'PIN not usable (blocked)' },
  '6986': { ja: 'ファイルが選択されていない', en: 'no current file' },
  '6A80': { ja: 'データが不正', en: 'wrong data' },
  '6A82': { ja: 'ファイルが見つからない', en: 'file not found' },
  '6A86': { ja: 'P1・P2が不正', en: 'wrong parameters P1-P2' },
  '6A88': { ja: '鍵が見つからない', en: 'key not found' },
  '6B00': { ja: '読み出し位置が範囲外', en: 'offset past the end of the file' },
  '6D00': { ja: '未対応の命令', en: 'instruction not supported' },
  '6E00': { ja: '未対応のクラス', en: 'class not supported' },
  '6F00': { ja: 'カードは使用不可', en: 'card disabled' },
}

/** `63Cx`: x tries are left. */
export const triesLeftWord = (triesLeft: number) => `63C${triesLeft.toString(16).toUpperCase()}`

/** The x of `63Cx`, or null for every other status word. */
export const triesLeftIn = (statusWord: string) =>
  /^63C[0-9A-F]$/.test(statusWord) ? parseInt(statusWord.slice(3), 16) : null

/** What a status word says, for people. */
export const meaningOf = (statusWord: string) => {
  const triesLeft = triesLeftIn(statusWord)
  if (triesLeft !== null) return { ja: `暗証番号の残り回数 ${triesLeft}`, en: `PIN tries left: ${triesLeft}` }
  return meanings[statusWord] ?? { ja: '不明な応答', en: 'unknown answer' }
}
