/** What a run owes for, by item and by who is paid: counted from the journals. */
import { join } from 'node:path'
import { z } from 'zod'
import { readJournal } from '../../sim/core/journal.ts'
import { openStore } from '../../sim/core/store.ts'
import { latestBasicFourYen } from '../../sim/messages/feeItems.ts'
import type { Measure } from '../scenario.ts'
import type { Stage } from '../stage.ts'

const fees = z.array(z.object({ item: z.string(), payee: z.string(), quantity: z.number() }))

/** Quantities by `item payee`. */
export const feesOwed = async (stage: Stage): Promise<Map<string, number>> => {
  const owed = new Map<string, number>()
  for (const party of ['platform', 'ca']) {
    const store = await openStore(join(stage.world.folder, `${party}.db`))
    const entries = await readJournal(party, store.read)
    await store.close()
    for (const { body } of entries) {
      for (const { item, payee, quantity } of fees.safeParse(body['fees']).data ?? []) {
        const key = `${item} ${payee}`
        owed.set(key, (owed.get(key) ?? 0) + quantity)
      }
    }
  }
  return owed
}

const paidBy: Record<string, { ja: string; en: string }> = {
  platform: { ja: '事業者が共通プラットフォームに', en: 'providers to the platform' },
  ca: { ja: '共通プラットフォームが認証局に', en: 'the platform to the CA' },
}

export const measuresOfFees = (owed: Map<string, number>): Measure[] => {
  const counted = [...owed]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, quantity]): Measure => {
      const [item = '', payee = ''] = key.split(' ')
      const { ja, en } = paidBy[payee] ?? { ja: payee, en: payee }
      return {
        name: { ja: `料金項目 ${item}（${ja}）`, en: `fee item ${item} (${en})` },
        value: quantity,
        unit: { ja: '回', en: 'times' },
      }
    })
  const given = owed.get('latest-basic-four ca') ?? 0
  const yen: Measure = {
    name: { ja: '認証局への4情報提供の手数料', en: 'fee of the CA for the latest basic four' },
    value: given * latestBasicFourYen,
    unit: { ja: '円', en: 'yen' },
  }
  return given === 0 ? counted : [...counted, yen]
}
