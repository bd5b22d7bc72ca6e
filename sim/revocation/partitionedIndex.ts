/** One index for all CRL partitions of a CA key, replaced partition by partition. */
import type { Certificate } from '../pki/certificate.ts'
import type { CrlHead } from '../pki/crlStream.ts'
import { coversCertificate } from '../pki/crlCheck.ts'
import type { CertStatus } from '../pki/revocation.ts'
import { buildIndex } from './build.ts'
import { type ListRefusal, stageCrl } from './crlFeed.ts'
import { mergeIndex, stagingFor } from './merge.ts'
import type { RevocationIndex } from './revocationIndex.ts'
import type { Chunks } from './snapshotRead.ts'
import { createStaging, type Staging } from './staging.ts'

/** Partitions are numbered in 16 bits. */
const mostPartitions = 2 ** 16

export type PartitionState = {
  /** The scope's first name as hex, with what else the list limits itself to; empty for a list that covers the whole CA. */
  readonly scope: string
  readonly crlNumber: bigint
  readonly thisUpdate: number
  readonly nextUpdate: number
}

export type PartitionResult = { result: 'ok'; partition: PartitionState } | { result: 'refused'; reason: ListRefusal }

export type PartitionedIndex = {
  current(): RevocationIndex
  partitions(): PartitionState[]
  /** Takes complete lists in one go: the index is rebuilt once. Lists that are refused leave their partition as it was. */
  replace(lists: readonly Chunks[]): Promise<PartitionResult[]>
  /** Takes one delta to the list its scope has now. */
  apply(delta: Chunks): Promise<PartitionResult>
  /** Says `unknown` unless a list that covers the certificate is held and counts now. */
  certStatus(certificate: Certificate): CertStatus
}

export type PartitionedIndexOptions = {
  /** The CA whose key signs all lists. */
  readonly issuer: Certificate
  /** Unix ms, the world's clock. */
  readonly now: () => number
}

type Held = { readonly id: number; readonly head: CrlHead; readonly state: PartitionState }

const scopeOf = ({ issuingDistributionPoint: point }: CrlHead) =>
  `${point?.names[0]?.hex ?? ''}${point?.onlyContains === undefined ? '' : `:${point.onlyContains}`}`

/** The scopes of lists that may cover the certificate. */
function scopesFor({ distributionPoints, basicConstraints }: Certificate): string[] {
  const limit = basicConstraints?.cA ? ':ca' : ':user'
  return [...distributionPoints.map(({ hex }) => hex), ''].flatMap((name) => [name, `${name}${limit}`])
}

function stateOf(head: CrlHead): PartitionState {
  const { crlNumber = 0n, thisUpdate, nextUpdate } = head
  return { scope: scopeOf(head), crlNumber, thisUpdate, nextUpdate }
}

export async function createPartitionedIndex({ issuer, now }: PartitionedIndexOptions): Promise<PartitionedIndex> {
  const held = new Map<string, Held>()
  let index = await buildIndex(createStaging(), { partitions: true })
  let turn: Promise<unknown> = Promise.resolve()

  /** Deltas change the list they find; complete lists only need a higher number (RFC 5280 section 5.2.3). */
  const judge = (head: CrlHead, before: Held | undefined): ListRefusal | undefined => {
    const { crlNumber } = stateOf(head)
    if (before && crlNumber <= before.state.crlNumber) return 'rollback'
    if (head.baseCrlNumber === undefined)
      return before || held.size < mostPartitions ? undefined : 'too-many-partitions'
    // RFC 5280 section 5.2.4 (c): the list completed must be at least as new as the delta's base.
    return before && before.state.crlNumber >= head.baseCrlNumber ? undefined : 'gap'
  }

  async function replace(lists: readonly Chunks[]): Promise<PartitionResult[]> {
    const results: PartitionResult[] = []
    const replaced = new Map<string, Held>()
    const added = stagingFor(index)
    for (const chunks of lists) {
      const mine = stagingFor(index)
      const staged = await stageCrl(chunks, { issuer, now: now() }, { added: mine })
      if (staged.result === 'refused') {
        results.push(staged)
        continue
      }
      const { head } = staged
      const scope = scopeOf(head)
      const before = replaced.get(scope) ?? held.get(scope)
      const reason = replaced.has(scope) ? 'rollback' : judge(head, before)
      if (reason) {
        results.push({ result: 'refused', reason })
        continue
      }
      const id = before?.id ?? held.size + [...replaced.keys()].filter((key) => !held.has(key)).length
      replaced.set(scope, { id, head, state: stateOf(head) })
      pour(mine, added, id)
      results.push({ result: 'ok', partition: stateOf(head) })
    }
    if (replaced.size === 0) return results
    const withoutPartitions = new Set([...replaced.values()].map(({ id }) => id))
    index = await mergeIndex(index, { added, withoutPartitions })
    for (const [scope, each] of replaced) held.set(scope, each)
    return results
  }

  async function apply(chunks: Chunks): Promise<PartitionResult> {
    const [mine, removed, added] = [stagingFor(index), stagingFor(index), stagingFor(index)]
    const staged = await stageCrl(chunks, { issuer, now: now(), delta: true }, { added: mine, removed })
    if (staged.result === 'refused') return staged
    const { head } = staged
    const before = held.get(scopeOf(head))
    const reason = judge(head, before)
    if (reason || !before) return { result: 'refused', reason: reason ?? 'gap' }
    pour(mine, added, before.id)
    index = await mergeIndex(index, { added, removed })
    const whole = { ...before.head, ...stateOf(head) }
    held.set(scopeOf(head), { id: before.id, head: whole, state: stateOf(head) })
    return { result: 'ok', partition: stateOf(head) }
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  return {
    current: () => index,
    partitions: () => [...held.values()].map(({ state }) => state),
    replace: (lists) => inTurn(() => replace(lists)),
    apply: (delta) => inTurn(() => apply(delta)),
    certStatus: (certificate) => {
      const instant = now()
      const covering = scopesFor(certificate).some((scope) => {
        const each = held.get(scope)
        const runs = each !== undefined && each.state.thisUpdate <= instant && instant < each.state.nextUpdate
        return runs && coversCertificate(each.head, certificate)
      })
      if (!covering) return { certStatus: 'unknown' }
      const found = index.lookup(certificate.serialNumber)
      return found ? { certStatus: 'revoked', ...found } : { certStatus: 'good' }
    },
  }
}

/** Moves all entries into another staging, under a partition's number. */
function pour(from: Staging, to: Staging, partition: number): void {
  for (const column of ['short', 'long'] as const) {
    for (const [number, { high, low, dates, marks }] of from[column].chunks.entries()) {
      const end = Math.min(from[column].count - number * high.length, high.length)
      for (let at = 0; at < end; at++) {
        const [date, mark] = [dates[at] ?? 0, marks[at] ?? 0]
        to.addPacked(column, { high: high[at] ?? 0, low: low[at] ?? 0, date, mark, partition })
      }
    }
  }
}
