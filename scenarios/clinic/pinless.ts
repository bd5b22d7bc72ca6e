/** A reception whose terminal needs no PIN (特定機関認証, simulated): what it can do, and what it cannot. */
import { insertCard, prove, wrongPin } from '../acts/terminal.ts'
import { payByCard, payInCash, receive, treat } from '../acts/visiting.ts'
import type { Case } from '../scenario.ts'
import { kaede } from './place.ts'

const person = 'modoshi'
const nobodysChallenge = { challengeId: 'none', challenge: Buffer.alloc(32).toString('base64') }

/** What the card does for a terminal that shows this key. */
const tryTerminal = async (reader: Awaited<ReturnType<typeof insertCard>>, key: Buffer) => {
  const accepted = await reader.presentTerminal(key)
  const signed = await reader.sign('authentication', Buffer.from('x')).then(
    () => true,
    () => false,
  )
  return { accepted, signed }
}

export const withoutPin: Case = {
  id: 'without-pin',
  title: {
    ja: '暗証番号なしの受付（特定機関認証の模擬。実際の手順は公表されていない）',
    en: 'Reception without a PIN (simulated; the real protocol is not published)',
  },
  play: async (stage) => {
    await stage.step(
      {
        ja: '模擬: 暗証番号をロックした返金律子も、受付では資格を確認できる',
        en: 'simulated: Ritsuko has blocked her PIN, and reception confirms her eligibility all the same',
      },
      async () => {
        for (let tries = 0; tries < 3; tries++) await prove(stage, person, nobodysChallenge, wrongPin(person))
        const { result } = await prove(stage, person, nobodysChallenge)
        const { eligibility } = await receive(stage, kaede, 'V-30', person)
        stage.expect(
          { ja: '暗証番号はロック、資格は有効', en: 'PIN blocked, eligibility valid' },
          [result, eligibility?.validity],
          ['blocked', 'valid'],
        )
      },
    )
    await stage.step(
      {
        ja: '支払い端末は暗証番号を求めるので、現金で払う',
        en: 'the payment terminal asks for the PIN, so she pays in cash',
      },
      async () => {
        await treat(stage, kaede, 'V-30', 100)
        const answered = await payByCard(stage, kaede, 'V-30', person).then(
          () => 'paid',
          (error: Error) => error.message,
        )
        const { payment } = await payInCash(stage, kaede, 'V-30', 300)
        stage.expect(
          { ja: 'カードでは払えず、現金 300 円', en: 'not by card; 300 yen in cash' },
          [answered, payment?.method, payment?.paidYen],
          [`the card of ${person} answered blocked`, 'cash', 300],
        )
      },
    )
    await stage.step(
      {
        ja: '模擬: 鍵を知らない端末と、署名用の鍵には効かない',
        en: 'simulated: no terminal without the key, and never the signature key',
      },
      async () => {
        const stranger = await tryTerminal(await insertCard(stage, person), Buffer.alloc(16))
        const reader = await insertCard(stage, person)
        const terminal = stage.world.parties.find(({ id }) => id === kaede)
        const key = terminal?.folder === 'clinic' ? (terminal.options.terminalKey ?? '') : ''
        const own = await tryTerminal(reader, Buffer.from(key, 'hex'))
        const signature = await reader.sign('signature', Buffer.from('x')).then(
          () => 'signed',
          (error: Error) => error.message,
        )
        stage.expect(
          {
            ja: '他の端末は拒否、署名用は暗証番号が要る',
            en: 'the stranger is refused, the signature key wants its password',
          },
          [stranger, own, signature],
          [
            { accepted: false, signed: false },
            { accepted: true, signed: true },
            'sign with signature key: security status not satisfied (6982)',
          ],
        )
      },
    )
  },
}
