/** Makes a population for a world, all of it or nothing: keys, certificates, the authority's rows, and files for load generators. */
import { existsSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { makePrimes, pooledKeyWarning, primesNeeded } from '../pki/primePool.ts'
import type { Variables } from '../variables.ts'
import { AuthorityMoved, erasOf, openAuthority, type PopulationAuthority } from './authority.ts'
import type { PlanRules } from './card.ts'
import { writeCards, type CardFiles } from './cardFiles.ts'
import { populationFolder, type Manifest } from './folder.ts'
import { keysFor } from './issue.ts'
import { openPacked, type Header } from './packedFile.ts'
import { createProgress, type Say } from './progress.ts'

/** What was asked for cannot be done; the message says why in both languages. */
export class CannotMake extends Error {
  readonly text: { ja: string; en: string }
  constructor(text: { ja: string; en: string }) {
    super(`${text.ja} / ${text.en}`)
    this.text = text
  }
}

export type PopulationOptions = {
  /** The world's folder; a world is founded where there is none. It must not be running. */
  folder: string
  cards: number
  seed: string
  /** Share of cards of which at least one certificate has been revoked. */
  revokedShare: number
  /** `pooled`: cheap keys, of primes that are used again or of the seed; `real`: as real ones are made. */
  keys: 'pooled' | 'real'
  /** What kind of keys the cards have, and the CAs of a world that is founded for them. */
  variables?: Partial<Pick<Variables, 'cardKey' | 'caKey'>>
  /** The world's time (Unix ms); nothing in the population is later. */
  now: number
  /** How many cards also become lines for k6. */
  exported: number
  say: Say
  signal?: AbortSignal
}

/** What was made and how long it took; rates are per CPU-second of one core unless they say otherwise. */
export type Measures = {
  cards: number
  certificates: number
  revoked: number
  keys: number
  primes: number
  primesMs: number
  keyMs: number
  issueMs: number
  issueCpuMs: number
  rowsMs: number
  totalMs: number
  sizeBytes: number
  threads: number
  /** RSA-2048 signatures per CPU-second, in the same threads, before and after. */
  signLimit: number
}

const nothing = { ja: '鍵は本物と同じ作り方です', en: 'keys are made as real ones are' }
const seededKeyWarning = {
  ja: '鍵は seed から作られ、seed を知る人には秘密ではありません。模擬専用です',
  en: 'keys are made of the seed and no secret to anybody who knows it: for simulation only',
}
const notices = { pooled: pooledKeyWarning, seeded: seededKeyWarning, real: nothing }

const keyAlgorithmOf = ({ variables }: PopulationOptions): Header['keyAlgorithm'] => variables?.cardKey ?? 'rsa-2048'

/** There are no primes to be saved with P-384. */
const keyOriginOf = (options: PopulationOptions): Header['keys'] =>
  options.keys === 'pooled' && keyAlgorithmOf(options) === 'p-384' ? 'seeded' : options.keys

export const noticeOf = (options: PopulationOptions) => notices[keyOriginOf(options)]

const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  const startedAt = performance.now()
  const result = await work()
  return { result, ms: performance.now() - startedAt }
}

const primesFor = async (options: PopulationOptions): Promise<bigint[]> => {
  const { cards, say, signal } = options
  if (keyOriginOf(options) !== 'pooled') return []
  const progress = createProgress({ what: { ja: '素数', en: 'primes' }, total: primesNeeded(keysFor(cards)), say })
  return makePrimes(keysFor(cards), (made) => {
    signal?.throwIfAborted()
    progress(made)
  })
}

const enterRows = async (
  authority: PopulationAuthority,
  options: PopulationOptions,
  planned: PlanRules & { numbering: Awaited<ReturnType<PopulationAuthority['numbering']>> },
) => {
  const { folder, cards: count, say, signal } = options
  const place = populationFolder(folder)
  const { cards } = await openPacked(join(place.partial, place.cards))
  const progress = createProgress({
    what: { ja: '認証局への登録', en: 'entering at the authority' },
    total: count,
    say,
  })
  const onCards = (entered: number) => {
    signal?.throwIfAborted()
    progress(entered)
  }
  try {
    await authority.enter(cards, { planned: planned.numbering, count, onCards })
  } catch (error) {
    if (!(error instanceof AuthorityMoved)) throw error
    throw new CannotMake({
      ja: '作成中に認証局が別の証明書を発行しました。世界を止めてからやり直してください',
      en: 'the authority issued other certificates meanwhile: stop the world and try again',
    })
  }
}

const rulesOf = async (authority: PopulationAuthority, { seed, cards, revokedShare }: PopulationOptions) => {
  const { until, authorities } = authority
  const numbering = await authority.numbering()
  const eras = erasOf(authorities, until)
  if (eras.length === 0)
    throw new CannotMake({
      ja: 'この時刻に発行できる認証局がありません（世界の時刻を確かめてください）',
      en: 'no authority could have issued by this time: check the time of the world',
    })
  const firstSerialNumbers = authority.firstSerialNumbers(numbering)
  return { seed, cards, revokedShare, eras, until, firstNumber: numbering.number + 1, firstSerialNumbers, numbering }
}

const make = async (authority: PopulationAuthority, options: PopulationOptions): Promise<Omit<Measures, 'totalMs'>> => {
  const { folder, cards, seed, exported, say, signal } = options
  const keys = keyOriginOf(options)
  const keyAlgorithm = keyAlgorithmOf(options)
  const notice = noticeOf(options)
  const place = populationFolder(folder)
  const planned = await rulesOf(authority, options)
  const { numbering: _, ...rules } = planned
  const primes = await timed(() => primesFor(options))
  const { authorities, towns } = authority
  const header: Header = {
    ...{ notice, seed, cards, keys, keyAlgorithm },
    authorities: authorities.map(({ kind, generation, certificate }) => ({ kind, generation, certificate })),
  }
  place.begin()
  const files: CardFiles = {
    packed: await open(join(place.partial, place.cards), 'w', 0o600),
    lines: await open(join(place.partial, place.lines), 'w', 0o600),
  }
  const order = { rules, towns, authorities, primes: primes.result, keys, keyAlgorithm }
  const issued = await writeCards({ order, header, files, exported, say, signal }).finally(async () => {
    await files.packed.close()
    await files.lines.close()
  })
  const { certificates, revoked } = issued
  await place.describe({
    ...{ notice, seed, cards, certificates, revoked, keys, until: rules.until },
    exported: Math.min(exported, cards),
  })
  const rows = await timed(() => enterRows(authority, options, planned))
  // From here on the authority knows all of them: what is left is done even when somebody wants to stop.
  place.publish()
  return { ...issued, keys: certificates, primes: primes.result.length, primesMs: primes.ms, rowsMs: rows.ms }
}

const refuseSecond = ({ seed, cards }: Manifest) =>
  new CannotMake({
    ja: `この世界には既に ${cards} 枚のカード（seed ${seed}）があります。別の --folder を指定してください`,
    en: `this world already has ${cards} cards (seed ${seed}): choose another --folder`,
  })

/**
 * Make the population; `undefined` when an earlier attempt had only its last step left, which is done.
 * When it throws, the world has no population, and a world that was founded for it is gone.
 */
export const makePopulation = async (options: PopulationOptions): Promise<Measures | undefined> => {
  const startedAt = performance.now()
  const { folder, now } = options
  const place = populationFolder(folder)
  const made = place.made()
  if (made !== undefined) throw refuseSecond(made)
  const isNewWorld = !existsSync(folder)
  if (existsSync(join(folder, 'ca.db-wal')))
    options.say({
      ja: '注意: この世界は動いているようです。動かしたままでは認証局が新しいカードを知りません。止めてから作成してください',
      en: 'note: this world seems to be running; its authority will not know the new cards unless it is stopped first',
    })
  const authority = await openAuthority({ folder, now, ...(options.variables && { variables: options.variables }) })
  try {
    const almost = place.almostMade()
    if (almost !== undefined && (await authority.knows(almost.seed))) {
      place.publish()
      return undefined
    }
    if (await authority.knows(options.seed))
      throw new CannotMake({
        ja: `認証局は seed ${options.seed} の証明書を既に発行していますが、ファイルがありません。別の --seed を指定してください`,
        en: `the authority has issued for seed ${options.seed} but the files are gone: choose another --seed`,
      })
    const measures = await make(authority, options)
    return { ...measures, totalMs: performance.now() - startedAt }
  } catch (error) {
    place.drop()
    throw error
  } finally {
    await authority.close()
    if (isNewWorld && place.made() === undefined) rmSync(folder, { recursive: true, force: true })
  }
}
