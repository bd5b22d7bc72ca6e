/** Signing up with the card, and the year that follows. */
import { DAY, HOUR } from '../../sim/core/clock.ts'
import { createRandom } from '../../sim/core/random.ts'
import { signUp, withdrawConsent } from '../acts/contracting.ts'
import { liveThrough, type Planned, schedule } from '../acts/year.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import {
  crowd,
  crowdEvents,
  lives,
  providersOf,
  services,
  steady,
  unasked,
  unaskedShare,
  unaskedWithinDays,
} from './cast.ts'
import { contractIn, type Ledger } from './ledger.ts'

export const sign = (ledger: Ledger): Case => ({
  id: 'sign-up',
  title: {
    ja: '署名して契約し、変更情報の利用を許諾する',
    en: 'Signing up with the card, consenting to change checks',
  },
  play: async (stage) => {
    const everybody = [...lives.map(([person]) => person), ...steady, ...crowd]
    await stage.step(
      {
        ja: `${everybody.length}人が四つの事業者と契約する`,
        en: `${everybody.length} people sign up with four providers`,
      },
      async () => {
        const refused: string[] = []
        for (const person of everybody) {
          for (const provider of providersOf(person)) {
            const service = services[provider] ?? ''
            const given = await signUp(stage, person, { provider, service })
            if (given.outcome === 'accepted')
              ledger.watched.push({ person, provider, service, contractId: given.contractId, found: [], renewed: [] })
            else refused.push(`${person} ${provider} ${given.reason}`)
          }
        }
        stage.expect({ ja: 'すべて受け付けられた', en: 'all were accepted' }, refused, [])
      },
    )
    await stage.step(
      {
        ja: '四情報が証明書と違う申込は受け付けない',
        en: 'an application that differs from the certificate is refused',
      },
      async () => {
        const applicant = { ...personOf('fudo').basicFour, address: '見本県潮騒市虚偽町１番' }
        const given = await signUp(stage, 'fudo', {
          provider: 'broadcaster-koho',
          service: 'receiving-contract',
          applicant,
        })
        stage.expect({ ja: '本人の情報と一致しない', en: 'not the applicant' }, given, {
          outcome: 'refused',
          reason: 'not-the-applicant',
        })
      },
    )
  },
})

const changes = new Set<Planned['event']>(['move-within', 'move-between', 'rename'])

/** Whether and when people get a new certificate without being asked. */
const withNewCertificates = (seed: string, plan: Planned[]): Planned[] => {
  const random = createRandom(`${seed}/new-certificates`)
  return plan.map((planned) => {
    if (!changes.has(planned.event)) return planned
    const drawn = random.chance(unaskedShare) ? random.int(unaskedWithinDays) : undefined
    const days = planned.person.startsWith('g-') ? drawn : unasked[planned.person]
    return days === undefined ? planned : { ...planned, newCertificateAfterMs: days * DAY }
  })
}

export const year = (ledger: Ledger): Case => ({
  id: 'year',
  title: {
    ja: '一年間: 転居・改姓・死亡・更新・紛失・期限切れ',
    en: 'A year of moves, marriages, deaths, renewals, losses and expiry',
  },
  play: async (stage) => {
    await stage.step({ ja: '撤回哲が許諾を撤回する', en: 'Tekkai withdraws his consent' }, async () => {
      const { contractId } = contractIn(ledger, 'tekkai', 'mobile-sora')
      const { consent, state } = await withdrawConsent(stage, 'mobile-sora', contractId)
      ledger.withdrawn = { contractId, storedBefore: stage.now() }
      stage.expect(
        { ja: '契約は続き、確認だけ止まる', en: 'the contract goes on, unwatched' },
        { consent, state },
        { consent: false, state: 'unwatched' },
      )
    })
    await stage.step(
      { ja: '事業者が30日ごとに失効を確認しながら一年が過ぎる', en: 'a year goes by; providers check every 30 days' },
      async () => {
        const random = createRandom(`${stage.world.seed}/year`)
        const named = lives
          .filter(([, event]) => event !== 'expiry')
          .map(([person, event, day]) => ({ person, event, at: stage.now() + day * DAY }))
        const others = crowd.map((person) => ({
          person,
          event: random.pick(crowdEvents),
          at: stage.now() + (10 + random.int(300)) * DAY + random.int(24) * HOUR,
        }))
        const plan = [...named, ...others.filter(({ event }) => event !== 'none')]
        schedule(stage, withNewCertificates(stage.world.seed, plan), ledger.happened)
        await liveThrough(stage, {
          days: 371,
          watched: ledger.watched,
          silent: new Set(['henji', 'kigen', 'nakusu', 'tsutomu']),
        })
        stage.expect(
          { ja: '予定した出来事がすべて起きた', en: 'everything planned did happen' },
          ledger.happened.length,
          plan.length,
        )
      },
    )
  },
})
