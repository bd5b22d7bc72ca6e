/** The words that made-up names and addresses are put together from: they say "sample", "example", "fictitious". */
import type { Random } from '../core/random.ts'

export const familyNames = '見本 例示 仮名 雛形 模擬 標本 試作 仮設 想定 類推 架空 写像 演算 対照 無作 任意'.split(' ')
/** With characters that no certificate can hold, so that substitutes 代替文字 occur. */
export const familyNamesToSubstitute = '髙見本 例示﨑 仮𠮷'.split(' ')
export const womensNames = '一花 二葉 三月 四季 五月 六花 七海 八重 九美 十和'.split(' ')
export const mensNames = '一也 二郎 三平 四朗 五郎 六助 七生 八十 九一 十三'.split(' ')

const streets = '中央 本町 緑町 東町 西町 南町 北町 桜台 丘の上 港町'.split(' ')
const blocks = '一二三四五六'.split('')

const fullWidth = (number: number) =>
  String(number).replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))

/** A made-up street address in a town. */
export const addressIn = (townName: string, random: Random) =>
  `${townName}${random.pick(streets)}${random.pick(blocks)}丁目${fullWidth(1 + random.int(20))}番${fullWidth(1 + random.int(30))}号`
