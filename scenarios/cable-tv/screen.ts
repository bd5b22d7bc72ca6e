/** What a person must see on the screen: their own health notices and nobody else’s. */
import { healthRecordOf, logIn } from '../acts/television.ts'
import { personOf } from '../people.ts'
import type { Stage } from '../stage.ts'

export const nameOf = (id: string) => personOf(id).basicFour.name

export const seesOwn = async (stage: Stage, id: string) => {
  const { sessionId, screen } = await logIn(stage, id)
  stage.expect({ ja: '本人の通知だけが映る', en: 'the screen shows this person’s notices' }, screen.health, {
    addressee: nameOf(id),
    ...healthRecordOf(id),
  })
  return sessionId
}
