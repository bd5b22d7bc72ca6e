/** What became of the lost card of `revoked` (trouble.ts): found, its certificates issued anew, lost again and replaced, handed in, exchanged. */
import { exchangeCard, findCard, handInCard, loseCard, newCard, renew } from '../acts/counter.ts'
import { signBytes, verifyBytes } from '../acts/presence.ts'
import { waitForRevocation } from '../acts/revocation.ts'
import { logIn } from '../acts/television.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import { cardState, readerOf } from '../terminals/card.ts'
import { seesOwn } from './screen.ts'

const holder = 'misaki'
const pins = () => {
  const { card } = personOf(holder)
  if (card === undefined) throw new Error(`${holder} has no card`)
  return card
}

/** What the card says when it is put into a reader: nothing to complain of, or the refusal. */
const saysOnInsertion = (stage: Stage, cardId: string) =>
  readerOf(stage.connect, cardId)
    .select()
    .then(() => 'ready')
    .catch((error: Error) => error.message)

export const lostAndFound: Case = {
  id: 'lost-and-found',
  title: {
    ja: '見つかったカード、遅れて見つかったカード、傷んだカード',
    en: 'A card found again, one found too late, and one damaged',
  },
  play: async (stage) => {
    const held = await stage.step(
      {
        ja: '仮名美咲がカードを見つけて窓口に届けるが、証明書は保留のまま',
        en: 'Misaki finds her card and shows it at the counter; its certificates stay on hold',
      },
      async () => {
        await findCard(stage, holder)
        const signed = await signBytes(stage, holder, 'authentication')
        const { screen } = await logIn(stage, holder)
        stage.expect(
          { ja: 'まだ失効として拒否', en: 'still refused as revoked' },
          [screen.refusal, await verifyBytes(stage, signed)],
          ['revoked', 'revoked certificateHold'],
        )
        return signed
      },
    )
    await stage.step(
      {
        ja: '同じカードに新しい証明書を受け、また見られる。保留された証明書は戻らない',
        en: 'new certificates on the same card: it works again; those on hold never come back',
      },
      async () => {
        await renew(stage, holder)
        await seesOwn(stage, holder)
        const renewed = await signBytes(stage, holder, 'authentication')
        stage.expect(
          { ja: '新しい証明書は有効、古い証明書は保留', en: 'the new one is accepted, the old one on hold' },
          [await verifyBytes(stage, renewed), await verifyBytes(stage, held)],
          ['accepted', 'revoked certificateHold'],
        )
      },
    )
    await stage.step(
      {
        ja: 'またなくして再交付を受けた後に出てきたカードは、返納して使えなくする',
        en: 'lost again and replaced; what then turns up is handed in and destroyed',
      },
      async () => {
        const { lostCardId = '' } = await loseCard(stage, holder)
        await newCard(stage, holder, pins())
        const refused = await findCard(stage, holder).catch((error: Error) => error.message)
        const before = await saysOnInsertion(stage, lostCardId)
        await handInCard(stage, holder, lostCardId)
        stage.expect(
          { ja: '発見の届けは受けられず、返納後は何も答えない', en: 'not taken as found; dead once handed in' },
          [String(refused).includes('handed in'), before, await saysOnInsertion(stage, lostCardId)],
          [true, 'ready', 'select JPKI application: card disabled (6F00)'],
        )
        await seesOwn(stage, holder)
      },
    )
    await stage.step(
      {
        ja: '傷んだカードを新しいカードと引き換える',
        en: 'the damaged card is exchanged for a new one',
      },
      async () => {
        const last = await signBytes(stage, holder, 'authentication')
        const old = stage.memory.get(`card of ${holder}`) ?? ''
        const { cardId = '' } = await exchangeCard(stage, holder, pins())
        stage.expect(
          { ja: '古いカードは使えず、別のカードになった', en: 'the old card is dead, the new one another' },
          [(await cardState(stage.connect, old)).disabled, (await cardState(stage.connect, cardId)).disabled],
          [true, false],
        )
        await seesOwn(stage, holder)
        await waitForRevocation(stage)
        stage.expect(
          { ja: '古い証明書は更新により失効', en: 'the old certificate was superseded' },
          await verifyBytes(stage, last),
          'revoked superseded',
        )
      },
    )
  },
}
