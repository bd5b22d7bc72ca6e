/** Who received which class of data how often, and which identifiers each party met together: the pictures of data flow. */
import type { Links, Privacy } from '../messages/evaluation.ts'
import { nameOfDataClass } from '../messages/dataClassNames.ts'
import { addJoin, type Join, type Tally } from './tally.ts'
import type { Story } from './story.ts'

type Named = { id: string; ja: string; en: string }
type NameOf = (party: string) => Named

/** People come last in a matrix: what they see is their own. */
const rowsFor = (parties: Iterable<string>, nameOf: NameOf): Named[] => {
  const last = (id: string) => (id === 'people' || id === 'outside' ? 1 : 0)
  return [...new Set(parties)].sort((a, b) => last(a) - last(b) || (a < b ? -1 : 1)).map(nameOf)
}

const columnsFor = (classes: Iterable<string>) => [...new Set(classes)].sort().map(nameOfDataClass)

const byCount = (a: { count: number }, b: { count: number }) => b.count - a.count

/** The matrix of a run, or of the part of the live world's journal that was read so far. */
export const privacyOf = (
  run: string,
  tally: Tally,
  story: Story,
  of: { parties: string[]; nameOf: NameOf },
): Privacy => {
  const cells = [...tally.learnt.values()]
  return {
    run,
    parties: rowsFor([...of.parties, ...cells.map(({ party }) => party)], of.nameOf),
    classes: columnsFor(cells.map(({ dataClass }) => dataClass)),
    cases: story.cases.map(({ id, title }) => ({ id, ...title })),
    cells: cells.map(({ party, dataClass, count, from, cases }) => ({
      party,
      dataClass,
      count,
      from: [...from].map(([sender, times]) => ({ party: sender, count: times })).sort(byCount),
      cases: [...cases].map(([id, sum]) => ({ case: id, ...sum })),
    })),
    how: {
      ja: '記録（ジャーナル）から数えた、受け取ったメッセージの回数です。要求は受信側が、応答は送信側が受け取ります。応答のない要求は、受信側に届いて記録されたときだけ数えます。',
      en: 'Messages received, counted from the journal: the receiver gets what the request carries, the sender what the answer carries. A request without an answer counts only where its receiver wrote it down.',
    },
  }
}

const linkedNumber = 'linked-number'

const countBy = (list: readonly string[]) => {
  const counts = new Map<string, number>()
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

const sorted = (joins: Map<string, Join>): Join[] =>
  [...joins.values()].sort((a, b) => (a.party < b.party ? -1 : a.party > b.party ? 1 : b.count - a.count))

/**
 * The same messages with the link table at the providers: nobody tells the platform a number and it tells nobody one; the holder of a number
 * keeps the certificate's serial number beside it, and is told that at each use.
 */
const atProviders = (tally: Tally): Map<string, Join> => {
  const joins = new Map<string, Join>()
  const holders = countBy(tally.links.map(({ holder }) => holder))
  for (const join of tally.joins.values()) {
    const classes = join.party === 'platform' ? join.classes.filter((one) => one !== linkedNumber) : join.classes
    if (classes.length > 1) addJoin(joins, { ...join, classes })
  }
  for (const [party, count] of holders) addJoin(joins, { party, classes: ['certificate-serial', linkedNumber], count })
  return joins
}

/** The link table as this run held it, at the platform, beside what the providers would hold instead. */
export const linksOf = (run: string, tally: Tally, of: { nameOf: NameOf }): Links => {
  const holders = countBy(tally.links.map(({ holder }) => holder))
  const total = tally.links.length
  const measured = tally.joins
  const derived = atProviders(tally)
  const institutions = [...holders.keys()].sort()
  const keys = [...new Set([...measured.keys(), ...derived.keys()])].sort()
  const differences = keys.flatMap((key) => {
    const [here, there] = [measured.get(key), derived.get(key)]
    const one = here ?? there
    const [platform, provider] = [here?.count ?? 0, there?.count ?? 0]
    return one === undefined || platform === provider
      ? []
      : [{ party: one.party, classes: one.classes, platform, provider }]
  })
  const joins = [...measured.values(), ...derived.values()]
  return {
    run,
    parties: rowsFor([...joins.map(({ party }) => party), ...institutions], of.nameOf),
    classes: columnsFor([...joins.flatMap(({ classes }) => classes), 'certificate-serial', linkedNumber]),
    views: [
      {
        holder: 'platform',
        basis: 'measured',
        tables: total > 0 ? [{ party: 'platform', rows: total, classes: ['certificate-serial', linkedNumber] }] : [],
        joins: sorted(measured),
        acrossInstitutions: total > 0 ? [{ party: 'platform', institutions, links: total }] : [],
      },
      {
        holder: 'provider',
        basis: 'derived',
        tables: institutions.map((party) => ({
          party,
          rows: holders.get(party) ?? 0,
          classes: ['certificate-serial', linkedNumber],
        })),
        joins: sorted(derived),
        acrossInstitutions: [],
      },
    ],
    differences,
    how: {
      ja: 'この版の世界は紐付け表を共通プラットフォームに置きます（実測）。事業者に置いた場合は、同じメッセージから導いた推定です: プラットフォームは番号を受け取らず、番号の持ち主が証明書の発行番号を番号の隣に保管します。件数は、1 回のやり取りで複数の識別子が並んで見えた回数です。',
      en: 'This version keeps the link table at the platform (measured). The other side is derived from the same messages: the platform is told no number, and whoever gave the number keeps the certificate’s serial number beside it. Counts are exchanges in which several identifiers were seen together.',
    },
  }
}
