/** `npm run card -- list`: who has which card, what each person stands for, and which cards are in readers. */
import stringWidth from 'string-width'
import type { Text } from '../../sim/core/site.ts'
import { inLanguage } from '../language.ts'
import { people } from '../people.ts'
import { cardIdOf, registeredAs, residentOrExplain, standingOf, type Registered, type Standing } from './holder.ts'
import type { Options } from './options.ts'
import { occupants } from './slot.ts'
import { findTestbed, type Testbed } from './testbed.ts'

/** So many residents are asked about at once. */
const atOnce = 16

/** The results in the order of the items, so many at a time. */
const mapTogether = async <Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>) => {
  const results: Result[] = []
  let next = 0
  const worker = async () => {
    for (let n = next++; n < items.length; n = next++) {
      const item = items[n]
      if (item !== undefined) results[n] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}

/** Cells padded to the width of their column; a Japanese character is two wide. */
export const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)))
      .join('  ')
      .trimEnd(),
  )
}

const headings: Text[] = [
  { ja: '住民', en: 'person' },
  { ja: '氏名', en: 'name' },
  { ja: 'カード', en: 'card' },
  { ja: '残り回数', en: 'tries' },
  { ja: '証明書', en: 'certificates' },
  { ja: 'リーダー', en: 'reader' },
  { ja: '説明', en: 'stands for' },
]

const standings: Readonly<Record<Standing, Text | undefined>> = {
  'in-use': undefined,
  'no-signature': undefined,
  dead: { ja: '死亡', en: 'dead' },
  lost: { ja: '紛失', en: 'lost' },
  none: { ja: 'なし', en: 'none' },
}

/** 署: signature, 利: authentication; small letters and 失 for one that is not valid any more. */
const certificateText = ({ record }: Registered, present: readonly string[]): Text => {
  const valid = (kind: string) => record.certificates.some((held) => held.kind === kind && held.valid)
  const parts = present.map((kind) => ({
    ja: (kind === 'signature' ? '署名用' : '利用者証明用') + (valid(kind) ? '' : '（失効）'),
    en: kind + (valid(kind) ? '' : ' (not valid)'),
  }))
  return { ja: parts.map(({ ja }) => ja).join('・'), en: parts.map(({ en }) => en).join(', ') }
}

const rowOf = async (testbed: Testbed, resident: Registered, where: ReadonlyMap<string, string>): Promise<Text[]> => {
  const { residentId, record, person } = resident
  const cardId = cardIdOf(resident)
  const same = (text: string): Text => ({ ja: text, en: text })
  const state = cardId === undefined ? undefined : await testbed.cardState(cardId)
  const tries = state === undefined ? '' : `${state.triesLeft.authentication} / ${state.triesLeft.signature}`
  const standing = standings[standingOf(resident)]
  const card = [standing, cardId === undefined ? undefined : same(cardId)].filter((text) => text !== undefined)
  return [
    same(residentId),
    same(record.basicFour.name),
    { ja: card.map(({ ja }) => ja).join(' '), en: card.map(({ en }) => en).join(' ') },
    same(tries),
    state === undefined ? same('') : certificateText(resident, state.certificates),
    same((cardId !== undefined && where.get(cardId)) || ''),
    person?.standsFor ?? same(''),
  ]
}

export const list = async ({ names, url, language }: Options, { say }: { say: (line: string) => void }) => {
  const t = inLanguage(language)
  const testbed = await findTestbed(url)
  const residents =
    names.length > 0
      ? await mapTogether(names, (name) => residentOrExplain(testbed, name))
      : (await mapTogether(people, ({ id }) => registeredAs(testbed, id))).filter((found) => found !== undefined)
  if (residents.length === 0) {
    say(
      t({
        ja: `${testbed.url} の世界には、まだ scenarios/people.ts の住民がいません（\`npm start\` が登録します）。ほかの住民は \`npm run card -- list 住民ID…\` で見られます。`,
        en: `The world at ${testbed.url} has nobody of scenarios/people.ts yet (\`npm start\` registers them). Others are listed by \`npm run card -- list RESIDENT…\`.`,
      }),
    )
    return 0
  }
  const where = new Map(
    occupants()
      .filter((one) => one.url === testbed.url)
      .map(({ cardId, reader, host, port }) => [cardId, `${reader} (${host}:${port})`]),
  )
  const rows = await mapTogether(residents, (resident) => rowOf(testbed, resident, where))
  for (const line of aligned([headings, ...rows].map((row) => row.map(t)))) say(line)
  say(
    t({
      ja: '残り回数: 利用者証明用 / 署名用（0 は、ロックされているか、ないとき）',
      en: 'tries left: authentication / signature (0: blocked, or there is none)',
    }),
  )
  return 0
}
