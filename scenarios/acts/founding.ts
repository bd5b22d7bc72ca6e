/** What is so before a story begins: residents registered, cards issued, people insured, subscribed and known to their card issuer. */
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import type { CatvApp } from '../../sim/catv/index.ts'
import type { InsurerApp } from '../../sim/insurer/index.ts'
import type { PaymentApp } from '../../sim/payment/index.ts'
import { answer } from '../../sim/core/network.ts'
import { personOf, type Person } from '../people.ts'
import type { Stage } from '../stage.ts'

const register = async (stage: Stage, { id, basicFour, municipality, card }: Person) => {
  const town = stage.connect<MunicipalityApp>(municipality)
  await answer(town.residents.$post({ json: { residentId: id, basicFour } }))
  if (card !== undefined)
    await answer(town.residents[':residentId'].cards.$post({ param: { residentId: id }, json: card }))
}

const insure = async (stage: Stage, { basicFour, insurance }: Person) => {
  if (insurance === undefined) return
  const { insurer, insuredNumber, relation, copaymentRatio } = insurance
  // invented: insured long before any story begins
  const json = { insuredNumber, ...basicFour, relation, copaymentRatio, qualifiedFrom: '2020-04-01' }
  await answer(stage.connect<InsurerApp>(insurer)['insured-persons'].$post({ json }))
}

const subscribe = async (stage: Stage, { basicFour, television }: Person) => {
  if (television === undefined || stage.memory.has(`subscribed ${television.subscriberNumber}`)) return
  stage.memory.set(`subscribed ${television.subscriberNumber}`, television.operator)
  const { operator, subscriberNumber, setTopBoxId } = television
  const cable = stage.connect<CatvApp>(operator)
  await answer(
    cable.subscribers.$post({ json: { subscriberNumber, name: basicFour.name, address: basicFour.address } }),
  )
  await answer(cable['set-top-boxes'].$post({ json: { setTopBoxId, subscriberNumber } }))
}

const openAccount = async (stage: Stage, { payment }: Person) => {
  if (payment === undefined) return
  const { issuer, accountNumber, availableYen } = payment
  await answer(stage.connect<PaymentApp>(issuer).accounts.$post({ json: { accountNumber, availableYen } }))
}

/** Found the named people; one line of the story for each kind of register. */
export const found = async (stage: Stage, ids: string[]) => {
  const chosen = ids.map(personOf)
  const count = chosen.length
  const cards = chosen.filter(({ card }) => card !== undefined).length
  await stage.step(
    {
      ja: `住民${count}人を登録し、カード${cards}枚を交付`,
      en: `${count} residents registered, ${cards} cards issued`,
    },
    async () => {
      for (const person of chosen) await register(stage, person)
    },
  )
  await stage.step(
    { ja: '保険・ケーブルテレビ・決済口座を登録', en: 'insured, subscribed, accounts opened' },
    async () => {
      for (const person of chosen) {
        await insure(stage, person)
        await subscribe(stage, person)
        await openAccount(stage, person)
      }
    },
  )
}
