/** Seeds for people’s cards and lives: a blocked PIN, a lost card, a move, insurance lost, and a card that works again. */
import { createRandom } from '../../sim/core/random.ts'
import { answer } from '../../sim/core/network.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import { moveWithin, loseCard, newCard, unblock } from '../acts/counter.ts'
import { blockPin, loseInsurance } from '../acts/opening.ts'
import { residentRecord, townOf } from '../acts/terminal.ts'
import { townNames } from '../acts/year.ts'
import { personOf } from '../people.ts'
import { addressIn } from '../population.ts'
import type { Stage } from '../stage.ts'
import { anybody, cardHolders, insuredPeople, type Seed } from './seed.ts'

const pinBlocked: Seed = {
  id: 'pin-blocked',
  title: { ja: '暗証番号をロックする', en: 'PIN blocked' },
  does: {
    ja: '間違った暗証番号を、カードがロックするまで入れます。窓口で解除できます。',
    en: 'A wrong PIN is entered until the card blocks it; the municipal counter can unblock it.',
  },
  choices: cardHolders,
  sow: async (stage, person) => {
    await blockPin(stage, person)
    return { ja: '利用者証明用の暗証番号はロックされています。', en: 'The authentication PIN is blocked.' }
  },
}

const cardLost: Seed = {
  id: 'card-lost',
  title: { ja: 'カードの紛失を届ける', en: 'Card lost' },
  does: {
    ja: '窓口に紛失を届けます。通知が届くと、そのカードはどこでも断られます。',
    en: 'The loss is reported at the counter; once the news has arrived the card is refused everywhere.',
  },
  choices: cardHolders,
  sow: async (stage, person) => {
    const { cardId } = await residentRecord(stage, person)
    if (cardId === undefined) return { ja: 'すでにカードはありません。', en: 'There is no card any more.' }
    await loseCard(stage, person)
    return { ja: '紛失を届けました。', en: 'The loss is reported.' }
  },
}

/** A card whose certificates are all valid, which need not be so after a move or a loss. */
const works = async (stage: Stage, person: string) => {
  const { cardId, certificates } = await residentRecord(stage, person)
  const expected = personOf(person).card?.signaturePassword === undefined ? 1 : 2
  return cardId !== undefined && certificates.filter(({ valid }) => valid).length >= expected
}

const unblockPassword = (stage: Stage, person: string, value: string) =>
  answer(
    stage
      .connect<MunicipalityApp>(townOf(stage, person))
      .residents[':residentId'].unblocks.$post({ param: { residentId: person }, json: { pin: 'signature', value } }),
  )

const cardRestored: Seed = {
  id: 'card-restored',
  title: { ja: 'カードを使えるようにする', en: 'A card that works' },
  does: {
    ja: '暗証番号を最初のものに戻し、必要なら新しいカードを交付します。紐付けはやり直しです。',
    en: 'Sets both PINs to those first issued, and issues a new card where needed; a new card is to be linked anew.',
  },
  choices: cardHolders,
  sow: async (stage, person) => {
    const { card } = personOf(person)
    if (card === undefined) return { ja: 'カードを持たない人です。', en: 'This person has no card.' }
    if (!(await works(stage, person))) {
      await newCard(stage, person, card)
      return { ja: '新しいカードを交付しました。', en: 'A new card was issued.' }
    }
    await unblock(stage, person, card.authenticationPin)
    if (card.signaturePassword !== undefined) await unblockPassword(stage, person, card.signaturePassword)
    return { ja: '暗証番号を最初のものに戻しました。', en: 'The PINs are the first ones again.' }
  },
}

const moved: Seed = {
  id: 'moved',
  title: { ja: '引っ越す', en: 'A move' },
  does: {
    ja: '同じ町の中で引っ越します。署名用証明書は失効し、変更確認で見つかります。',
    en: 'A move within the town: the signature certificate ends, and change checks find it.',
  },
  choices: anybody,
  sow: async (stage, person) => {
    const random = createRandom(`seed/moved/${person}/${stage.now()}`)
    const { basicFour } = await moveWithin(stage, person, addressIn(townNames[townOf(stage, person)] ?? '', random))
    return { ja: `新しい住所は${basicFour.address}です。`, en: `The new address is ${basicFour.address}.` }
  },
}

const insuranceLost: Seed = {
  id: 'insurance-lost',
  title: { ja: '健康保険の資格を失う', en: 'Insurance lost' },
  does: {
    ja: '今日付けで資格を失います。医療機関では「喪失」と示され、全額の負担になります。',
    en: 'The qualification ends today: clinics are told so, and the patient pays in full.',
  },
  choices: insuredPeople,
  sow: async (stage, person) => {
    await loseInsurance(stage, person, { reason: 'other' })
    return { ja: '資格を喪失しました。', en: 'The qualification is lost.' }
  },
}

export const cardSeeds: Seed[] = [pinBlocked, cardLost, cardRestored, moved, insuranceLost]
