/** A year in a town: what happens to people, when providers notice, and who answers when asked. */
import { DAY } from '../../sim/core/clock.ts'
import { createRandom } from '../../sim/core/random.ts'
import { personOf } from '../people.ts'
import { addressIn } from '../population.ts'
import type { Stage } from '../stage.ts'
import { contractsOf, signAgain } from './contracting.ts'
import { loseCard, moveTo, moveWithin, newCard, reissueSignature, rename, renew, reportDeath } from './counter.ts'
import { residentRecord } from './terminal.ts'

export type LifeEvent =
  'move-within' | 'move-between' | 'rename' | 'death' | 'renewal' | 'card-loss' | 'expiry' | 'none'

/** What truly happened; `changed` says whether name or address are other than before. */
export type Happened = { person: string; event: LifeEvent; at: number; changed: boolean }

/** What is to happen; who gets a new signature certificate without being asked does so this long after. */
export type Planned = { person: string; event: LifeEvent; at: number; newCertificateAfterMs?: number }

/** One signed contract, everything a provider was seen to find out about it, and when its customer's data were renewed. */
export type Watched = {
  person: string
  provider: string
  service: string
  contractId: string
  found: { at: number; certStatus: string; reason?: string }[]
  renewed: number[]
}

/** How addresses in each town begin. */
export const townNames: Record<string, string> = {
  'municipality-aobano': '見本県青葉野市',
  'municipality-midorino': '見本県緑野町',
  'municipality-shiosai': '見本県潮騒市',
}

const carryOut = async (stage: Stage, person: string, event: LifeEvent) => {
  const random = createRandom(`${stage.world.seed}/event/${person}`)
  const { municipality, basicFour } = personOf(person)
  if (event === 'move-within') await moveWithin(stage, person, addressIn(townNames[municipality] ?? '', random))
  if (event === 'move-between') {
    const town = municipality === 'municipality-midorino' ? 'municipality-aobano' : 'municipality-midorino'
    await moveTo(stage, person, town, addressIn(townNames[town] ?? '', random))
  }
  if (event === 'rename') await rename(stage, person, `新姓　${basicFour.name.split('　')[1] ?? ''}`)
  if (event === 'death') await reportDeath(stage, person)
  if (event === 'renewal') await renew(stage, person)
  if (event === 'card-loss') await loseCard(stage, person)
}

/** Have each event happen on its day; what truly happened is added to `happened` as it does. */
export const schedule = (stage: Stage, plan: Planned[], happened: Happened[]) => {
  for (const { person, event, at, newCertificateAfterMs } of plan) {
    stage.world.clock.at(at, async () => {
      await carryOut(stage, person, event)
      happened.push({
        person,
        event,
        at: stage.now(),
        changed: event === 'move-within' || event === 'move-between' || event === 'rename',
      })
    })
    if (newCertificateAfterMs !== undefined)
      stage.world.clock.at(at + newCertificateAfterMs, async () => {
        await beAbleToSign(stage, person)
      })
  }
}

/** Note what each provider has found out since the last look. */
const observe = async (stage: Stage, watched: Watched[]) => {
  for (const provider of new Set(watched.map((one) => one.provider))) {
    const contracts = await contractsOf(stage, provider)
    for (const { contractId, finding, signedAt, updatedAt = signedAt } of contracts) {
      const one = watched.find((candidate) => candidate.provider === provider && candidate.contractId === contractId)
      if (one === undefined) continue
      const renewedAt = Math.max(signedAt, updatedAt)
      if (!one.renewed.includes(renewedAt)) one.renewed.push(renewedAt)
      if (finding === undefined || one.found.some(({ at }) => at === finding.foundAt)) continue
      one.found.push({
        at: finding.foundAt,
        certStatus: finding.certStatus,
        ...(finding.reason !== undefined && { reason: finding.reason }),
      })
    }
  }
}

const asking = new Set(['askingNewData', 'askingNewCertificate', 'askingRenewal', 'suspended'])

/** Get a certificate that can sign again: a new card where it was lost, else a new certificate on the card one has. */
const beAbleToSign = async (stage: Stage, person: string) => {
  const { certificates, cardId } = await residentRecord(stage, person)
  if (certificates.some(({ kind, valid }) => kind === 'signature' && valid)) return
  const { card } = personOf(person)
  const lost = cardId === undefined || !certificates.some(({ kind, valid }) => kind === 'authentication' && valid)
  if (lost && card !== undefined) await newCard(stage, person, card)
  else await reissueSignature(stage, person)
}

/** Who is asked and answers: signs again with each provider that asks. `silent` people never do. */
const respond = async (stage: Stage, watched: Watched[], silent: ReadonlySet<string>) => {
  for (const { person, provider, service, contractId } of watched) {
    if (silent.has(person)) continue
    const contracts = await contractsOf(stage, provider)
    const state = contracts.find((contract) => contract.contractId === contractId)?.state ?? ''
    if (!asking.has(state)) continue
    await beAbleToSign(stage, person)
    await signAgain(stage, person, contractId, { provider, service })
  }
}

/** People read their notices this often (assumed): long enough that a provider's finding is on record before it is answered. */
const readingDays = 7

/** Let `days` go by: events happen, providers check at their interval, people read their notices each week. */
export const liveThrough = async (
  stage: Stage,
  { days, watched, silent }: { days: number; watched: Watched[]; silent: ReadonlySet<string> },
) => {
  for (let day = 0; day < days; day += readingDays) {
    await stage.advance(readingDays * DAY)
    await observe(stage, watched)
    await respond(stage, watched, silent)
  }
}
