/** Misuse: replay, other operators’ challenges and tickets, and asking the certification authority directly. */
import type { CaApp } from '../../sim/ca/index.ts'
import { answer } from '../../sim/core/network.ts'
import type { InsurerApp } from '../../sim/insurer/index.ts'
import type { PlatformApp } from '../../sim/platform/index.ts'
import { sendLogin, startSession, televisionOf } from '../acts/television.ts'
import { proof } from '../acts/terminal.ts'
import type { Case } from '../scenario.ts'

export const misuse: Case = {
  id: 'misuse',
  title: { ja: '再送と、他社による不正な照会', en: 'Replay, and an operator asking about others’ customers' },
  play: async (stage) => {
    await stage.step(
      {
        ja: '記録したログインを別の回に再送しても通らない',
        en: 'a recorded login replayed in another session is refused',
      },
      async () => {
        const television = televisionOf('taro')
        const first = await startSession(stage, television)
        const { certificate, signature } = await proof(stage, 'taro', first.challenge)
        const second = await startSession(stage, television)
        const screen = await sendLogin(stage, television, second.sessionId, { certificate, signature })
        stage.expect(
          { ja: '署名が合わない', en: 'the signature does not fit' },
          { refusal: screen.refusal, health: screen.health },
          { refusal: 'bad-signature', health: undefined },
        )
      },
    )
    await stage.step(
      {
        ja: '使用済みの乱数・他社の乱数・他社の引換証は拒否される',
        en: 'used challenges, others’ challenges and others’ tickets are refused',
      },
      async () => {
        const hikari = stage.world.connectAs('catv-hikari')
        const midori = stage.world.connectAs('catv-midori')
        const challenge = await answer(hikari<PlatformApp>('platform').challenges.$post())
        const json = {
          ...(await proof(stage, 'taro', challenge)),
          ask: ['health-insurance' as const],
          consentGiven: true,
        }
        const stolen = await answer(midori<PlatformApp>('platform').authentications.$post({ json }))
        const accepted = await answer(hikari<PlatformApp>('platform').authentications.$post({ json }))
        const replayed = await answer(hikari<PlatformApp>('platform').authentications.$post({ json }))
        const ticket = accepted.outcome === 'accepted' ? (accepted.tickets[0]?.ticket ?? '') : ''
        const other = await answer(midori<InsurerApp>('insurer-nhi')['health-information'].$post({ json: { ticket } }))
        const reasons = [stolen, replayed, other].map((refused) =>
          'reason' in refused ? refused.reason : refused.outcome,
        )
        stage.expect({ ja: '三つとも拒否', en: 'all three refused' }, reasons, [
          'challenge-unknown',
          'challenge-used',
          'ticket-refused',
        ])
      },
    )
    await stage.step(
      {
        ja: '加入者でない人については、本人の同意がなければ何も得られない',
        en: 'an operator learns nothing about a person who is not its customer',
      },
      async () => {
        const midori = stage.world.connectAs('catv-midori')
        const challenge = await answer(midori<PlatformApp>('platform').challenges.$post())
        const json = { ...(await proof(stage, 'taro', challenge)), ask: ['health-insurance' as const] }
        const asked = await answer(midori<PlatformApp>('platform').authentications.$post({ json }))
        const given = asked.outcome === 'accepted' ? { tickets: asked.tickets, missing: asked.missing } : asked
        stage.expect({ ja: '引換証は出ず、同意がないと示される', en: 'no ticket, consent is missing' }, given, {
          tickets: [],
          missing: [{ purpose: 'health-insurance', lacks: 'consent' }],
        })
      },
    )
    await stage.step(
      { ja: '事業者が認証局に直接たずねても 403', en: 'an operator that asks the CA directly gets 403' },
      async () => {
        const { status } = await stage.world
          .connectAs('catv-hikari')<CaApp>('ca')
          ['serial-links'].$post({ json: { signatureSerialNumber: '01' } })
        stage.expect({ ja: '認定された検証者だけ', en: 'accredited verifiers only' }, status, 403)
      },
    )
  },
}
