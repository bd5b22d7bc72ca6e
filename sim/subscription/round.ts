/** One round of change checks over all watched contracts, in batches; repeated after a failure it does nothing twice. */
import type { ActorKind, Effect } from '../core/actors.ts'
import { answer, once } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { PlatformApp } from '../platform/index.ts'
import { insist } from '../core/attempt.ts'
import type { CheckResult } from './contract.ts'
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

  const check = async (items: RoundItem[], requestId: string) => {
    const json = { storedCertificateIds: items.map((item) => item.storedCertificateId) }
    const asked = await insist('platform', answer(platform['change-checks'].$post({ json }, once(requestId))))
    if (asked.outcome === 'refused') throw new Error(`the platform refused a round: ${asked.reason}`)
    return asked.value
  }

  /** A contract that has moved on since the round began has no place for the result. */
  const tell = async (contractId: string, result: CheckResult, at: number, round: string) => {
    try {
      await contracts.send(
        contractId,
        { type: 'certificate.checked', result, at },
        `${round} ${result.storedCertificateId}`,
      )
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not-now') throw error
    }
  }

  return async ({ requestId: round }) => {
    await files.planRound(round, await watched())
    const items = await files.roundItems(round)
    const contractOf = new Map(items.map(({ storedCertificateId, contractId }) => [storedCertificateId, contractId]))
    const results: CheckResult[] = []
    let checkedAt = site.clock.now()
    for (const [index, batch] of batches(items).entries()) {
      const answered = await check(batch, `${round}:${index}`)
      checkedAt = answered.checkedAt
      for (const result of answered.results) {
        const contractId = contractOf.get(result.storedCertificateId)
        if (contractId !== undefined) await tell(contractId, result, checkedAt, round)
      }
      results.push(...answered.results)
    }
    const count = (...statuses: string[]) => results.filter(({ certStatus }) => statuses.includes(certStatus)).length
    const all = await contracts.list()
    const unwatched = all.filter(({ state, context }) => !hasEnded(state) && context.storedCertificateId === undefined)
    const report = {
      checkedAt,
      checked: results.length - count('not-checked'),
      good: count('good'),
      found: count('revoked', 'expired'),
      withoutConsent: unwatched.length,
    }
    return { type: 'round.done', report, at: site.clock.now() }
  }
}
