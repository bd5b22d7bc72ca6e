/** The cost of a run in words: fees by who owes whom, work by who does it, and wall time by purpose and receiver. */
import type { Fees, Timing, Timings, Works } from '../messages/evaluation.ts'
import { nameOfFeeItem, tariffOf } from '../messages/feeItems.ts'
import { nameOfWork } from '../messages/workNames.ts'
import type { Costs, Traffic } from './costs.ts'
import { namePurpose } from './display.ts'
import { accuracy, bounds, joinLatency, noLatency, percentile } from './latency.ts'

type Named = { id: string; ja: string; en: string }
type NameOf = (party: string) => Named

const byKey = (...keys: string[]) => keys.join('\u0000')
const inOrder = <T>(list: Iterable<T>, key: (one: T) => string): T[] =>
  [...list].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))

const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0)

export const feesOf = (run: string, { fees }: Costs, nameOf: NameOf): Fees => {
  const rows = inOrder(fees.values(), ({ payer, payee, item }) => byKey(payee, payer, item)).map(
    ({ item, payer, payee, quantity, examples }) => {
      const tariff = tariffOf(item, payee) ?? null
      return {
        ...{ item: nameOfFeeItem(item), payer: nameOf(payer), payee: nameOf(payee), quantity, tariff },
        ...{ yen: tariff === null ? null : tariff.yen * quantity, examples },
      }
    },
  )
  const priced = rows.filter(({ yen }) => yen !== null)
  return {
    run,
    rows,
    total: {
      yen: total(priced.map(({ yen }) => yen ?? 0)),
      priced: total(priced.map(({ quantity }) => quantity)),
      unpriced: total(rows.map(({ quantity }) => quantity)) - total(priced.map(({ quantity }) => quantity)),
    },
    assumptions: [
      {
        id: 'A-61',
        assumed: true,
        text: {
          ja: '何を 1 回と数え、誰が誰に支払うか',
          en: 'what counts as one, and who owes whom',
        },
      },
      {
        id: 'A-123',
        assumed: false,
        text: {
          ja: '最新の4情報の提供は、データのある応答 1 回につき 20 円',
          en: 'the latest basic four: 20 yen for each answer with data',
        },
      },
    ],
    how: {
      ja: '各機関の記録（ジャーナル）に書かれた料金の発生を合計しています。単価が公開されているものだけを円で示し、ほかは回数だけを示します。',
      en: 'Summed from the fees that the parties wrote into their journals. Only what has a published price is given in yen; of the rest there is the quantity alone.',
    },
  }
}

export const worksOf = (run: string, { work }: Costs, nameOf: NameOf): Works => {
  const rows = inOrder(work.values(), (one) => byKey(one.stakeholder, one.work, one.parameter)).map(
    ({ stakeholder, work: kind, parameter, count, examples }) => ({
      ...{ stakeholder: nameOf(stakeholder), work: nameOfWork(kind), parameter, count, examples },
    }),
  )
  return {
    run,
    rows,
    total: total(rows.map(({ count }) => count)),
    assumptions: [
      {
        id: 'A-54',
        assumed: true,
        text: {
          ja: '窓口は作業を記録するだけで、所要時間を持たない',
          en: 'counters note their work without minutes',
        },
      },
      {
        id: 'A-111',
        assumed: true,
        text: {
          ja: '転居や改姓などの出来事の混ざり方（変更確認のシナリオ）。件数はこれによる',
          en: 'the mix of moves, new names and the like (change confirmation): the counts depend on it',
        },
      },
    ],
    how: {
      ja: '記録（ジャーナル）にある手作業（manual）の件数です。手紙や窓口での手続きなど、人の手が要るたびに一件書かれます。',
      en: 'Entries of kind “manual” in the journals: one for each letter, each visit to a counter, and whatever else takes a hand.',
    },
  }
}

const timingOf = (several: readonly Traffic[]): Timing => {
  const latency = several.reduce((sum, one) => joinLatency(sum, one.latency), noLatency())
  const sum = (of: (one: Traffic) => number) => total(several.map(of))
  const p50 = percentile(latency, 0.5) ?? latency.most
  return {
    calls: sum(({ calls }) => calls),
    timed: latency.timed,
    refused: sum(({ refused }) => refused),
    failed: sum(({ failed }) => failed),
    bytes: { request: sum(({ bytes }) => bytes.request), response: sum(({ bytes }) => bytes.response) },
    wallMs:
      latency.timed === 0
        ? null
        : { p50, p90: percentile(latency, 0.9), p99: percentile(latency, 0.99), most: latency.most },
    histogram: latency.coarse,
    slowest: latency.slowest,
  }
}

const groupsBy = (traffic: readonly Traffic[], key: (one: Traffic) => string) => {
  const groups = new Map<string, Traffic[]>()
  for (const one of traffic) groups.set(key(one), [...(groups.get(key(one)) ?? []), one])
  return inOrder(groups, ([id]) => id)
}

/** Of one receiver, or of all. */
export const timingsOf = (
  run: string,
  { traffic }: Costs,
  { party, nameOf }: { party?: string | undefined; nameOf: NameOf },
): Timings => {
  const all = [...traffic.values()]
  const chosen = party === undefined ? all : all.filter(({ to }) => to === party)
  return {
    run,
    party: party ?? null,
    bounds: [...bounds],
    total: timingOf(chosen),
    purposes: groupsBy(chosen, ({ purpose }) => purpose).map(([id, several]) => ({
      ...timingOf(several),
      purpose: namePurpose(id),
    })),
    parties: groupsBy(all, ({ to }) => to).map(([id, several]) => ({ ...timingOf(several), party: nameOf(id) })),
    accuracy,
    assumptions: [
      {
        id: 'A-177',
        assumed: true,
        text: {
          ja: '分位数の細かさ（1 %以内）と、それを言うのに要る件数（p90 は 10 件、p99 は 100 件から）',
          en: 'how fine percentiles are (within 1 %), and how many messages they need: 10 for p90, 100 for p99',
        },
      },
    ],
    how: {
      ja: '受け取った機関が要求を取り出してから応答を作り終えるまでの実時間です。その間にほかの機関に尋ねた時間を含み、記録を書く時間と送る時間を含みません。画面の操作と同じ計算機の上の測定で、負荷試験ではありません。',
      en: 'Wall time at the receiver, from taking up the request until its answer is made: asking other parties meanwhile is included, writing the journal and sending are not. Measured on the machine everything ran on, under whatever else it did: no load test.',
    },
  }
}
