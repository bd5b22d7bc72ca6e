/** One round of change checks over all watched contracts, in batches; repeated after a failure it does nothing twice. */
import type { ActorKind, Effect } from '../core/actors.ts'
import { answer, once } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { PlatformApp } from '../platform/index.ts'
import { insist } from '../core/attempt.ts'
import type { CheckResult, ContractEvent } from './contract.ts'
import type { contract } from './contractMachine.ts'
import type { Files, RoundItem } from './store.ts'
import type { watch } from './watchMachine.ts'

/** The most the platform takes at once (changeCheckRequest). */
const batchSize = 1000

const batches = (items: RoundItem[]) =>
  Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  )

/** No contract any more, or never one. */
const hasEnded = (state: string) => state === 'cancelled' || state === 'refused'

type Parts = { contracts: ActorKind<typeof contract>; files: Files }

export const createRound = (site: Site, { contracts, files }: Parts): Effect<typeof watch> => {
  const platform = site.network.connect<PlatformApp>('platform')

  const watched = async (): Promise<RoundItem[]> =>
    (await contracts.list('active')).flatMap(({ id: contractId, context: { storedCertificateId } }) =>
      storedCertificateId === undefined ? [] : [{ contractId, storedCertificateId }],
    )

  /** Found changed before, and there was no new certificate yet: those whose customers let the authority be asked. */
  const waiting = async (): Promise<RoundItem[]> =>
    [...(await contracts.list('awaitingNewCertificate')), ...(await contracts.list('askingNewData'))].flatMap(
      ({ id: contractId, context: { storedCertificateId, latestConsent } }) =>
        storedCertificateId === undefined || latestConsent !== true ? [] : [{ contractId, storedCertificateId }],
    )

  const check = async (items: RoundItem[], requestId: string) => {
    const json = { storedCertificateIds: items.map((item) => item.storedCertificateId) }
    const asked = await insist('platform', answer(platform['change-checks'].$post({ json }, once(requestId))))
    if (asked.outcome === 'refused') throw new Error(`the platform refused a round: ${asked.reason}`)
    return asked.value
  }

  /**
   * A contract that has moved on since the round began has no place for the news. About each certificate a round tells one thing only,
   * so that one found in a round that is repeated is not taken for one that waited.
   */
  const tell = async ({ contractId, storedCertificateId }: RoundItem, event: ContractEvent, round: string) => {
    try {
      await contracts.send(contractId, event, `${round} ${storedCertificateId}`)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not-now') throw error
    }
  }

  return async ({ requestId: round }) => {
    await files.planRound(round, await watched())
    const items = await files.roundItems(round)
    for (const item of await waiting()) await tell(item, { type: 'round.came', at: site.clock.now() }, round)
    const contractOf = new Map(items.map(({ storedCertificateId, contractId }) => [storedCertificateId, contractId]))
    const results: CheckResult[] = []
    let checkedAt = site.clock.now()
    for (const [index, batch] of batches(items).entries()) {
      const answered = await check(batch, `${round}:${index}`)
      checkedAt = answered.checkedAt
      for (const result of answered.results) {
        const { storedCertificateId } = result
        const contractId = contractOf.get(storedCertificateId)
        if (contractId === undefined) continue
        await tell({ contractId, storedCertificateId }, { type: 'certificate.checked', result, at: checkedAt }, round)
      }
      results.push(...answered.results)
    }
    const count = (...statuses: string[]) => results.filter(({ certStatus }) => statuses.includes(certStatus)).length
    const all = await contracts.list()
    const unwatched = all.filter(({ state, context }) => !hasEnded(state) && context.storedCertificateId === undefined)
    const report = {
      checkedAt,
      checked: results.length - count('not-checked', 'followed'),
      good: count('good'),
      found: count('revoked', 'expired'),
      withoutConsent: unwatched.length,
    }
    return { type: 'round.done', report, at: site.clock.now() }
  }
}
