/** Stateless verification: certificate, signature and revocation of one request or of many, without a write or a lock. */
import type { z } from 'zod'
import type { Site } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import type { verificationAnswer } from '../messages/verification.ts'
import type { TrustAnchors } from '../pki/chain.ts'
import { type Answered, checkedBy, refuse } from './certificateCheck.ts'
import type { CertificateMemory } from './certificateMemory.ts'
import { type Proof, prove, type VerificationItem } from './proof.ts'
import type { KnownStatus, SharedStatus, StatusQuestion, StatusSource } from './revocation.ts'
import type { Trust } from './trust.ts'
import type { ProvingJob, ProvingSetting } from './verificationWorker.ts'
import { createWorkerPool, type WorkerPool } from './workerPool.ts'

/** Up to so many are done at once in the calling thread: sending them would cost more (assumed). */
const smallBatch = 8
/** So many go to a thread at a time: enough to be worth sending, few enough to share them out evenly (assumed). */
const itemsPerJob = 64
/** So many questions to the CA are under way for one batch (assumed). */
const questionsAtOnce = 32

type Answer = z.output<typeof verificationAnswer>

export type Verifications = {
  one(item: VerificationItem): Promise<Answered<Answer>>
  /** The answers in the order of the items. */
  many(items: VerificationItem[]): Promise<Answered<Answer>[]>
}

const isProofs = (message: unknown): message is Proof[] => Array.isArray(message)

export type ProvingPool = WorkerPool<ProvingJob, ProvingSetting, Proof[]>

/** `threads`: one for each CPU unless told otherwise. */
export const createProvingPool = (threads?: number): ProvingPool =>
  createWorkerPool({
    script: new URL('./verificationWorker.ts', import.meta.url),
    isResult: isProofs,
    ...(threads !== undefined && { threads }),
  })

/** Work on all, so many at once; `work` must not throw what nobody catches. */
const together = async <Item>(items: Item[], atOnce: number, work: (item: Item) => Promise<void>) => {
  let next = 0
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}

/** The same array each time. */
const none: readonly SharedStatus[] = []

type Parts = {
  trust: Pick<Trust, 'anchors' | 'doubt'>
  memory: CertificateMemory
  source: StatusSource
  pool: ProvingPool
}

export const createVerifications = (
  site: Pick<Site, 'clock'>,
  { trust, memory, source, pool }: Parts,
): Verifications => {
  let setting: { of: TrustAnchors; with: readonly SharedStatus[]; sent: ProvingSetting } | undefined

  /** The same object as long as nothing changed: the threads are told only of changes. */
  const settingNow = (statuses: readonly SharedStatus[]): ProvingSetting => {
    const anchors = trust.anchors()
    if (setting?.of !== anchors || setting.with !== statuses) {
      const sent = { anchors: anchors.map(({ kind, certificate }) => ({ kind, der: certificate.der })), statuses }
      setting = { of: anchors, with: statuses, sent }
    }
    return setting.sent
  }

  const proveHere = (item: VerificationItem): Proof =>
    prove(item, { memory, anchors: trust.anchors(), now: site.clock.now() })

  /** What revocation has to be asked about; undefined when the anchor was withdrawn meanwhile. */
  const questionOf = (item: VerificationItem, proof: Extract<Proof, { result: 'ok' }>): StatusQuestion | undefined => {
    const issuer = trust.anchors().find(({ certificate }) => certificate.fingerprint === proof.issuer)?.certificate
    if (issuer === undefined) return undefined
    const { serialNumber, scope } = proof
    const certificate = async () => {
      const read = memory.read(fromBase64(item.certificate))
      if (read === undefined) throw new Error('a certificate that was proved cannot be read')
      return read
    }
    return { serialNumber, scope, issuer, kind: item.kind, purpose: 'verification', certificate }
  }

  const answerOf = (proof: Extract<Proof, { result: 'ok' }>, status: KnownStatus | undefined): Answered<Answer> => {
    const checked = checkedBy(status)
    const revocation = status && {
      revocation: { method: source.method, certStatus: status.certStatus, asOf: status.asOf },
    }
    if ('refusal' in checked) return { answer: { ...checked.refusal, ...revocation }, checks: checked.checks }
    const { asOf, certStatus } = checked.status
    const answer: Answer = {
      outcome: 'accepted',
      notAfter: proof.notAfter,
      revocation: { method: source.method, certStatus, asOf },
    }
    return { answer, checks: checked.checks }
  }

  const refused = (reason: Extract<Proof, { result: 'refused' }>['reason']): Answered<Answer> => ({
    // Without any CA to trust nothing can be said; the provider may ask again.
    answer: refuse(trust.anchors().length === 0 && reason !== 'malformed' ? 'status-unknown' : reason),
    checks: 0,
  })

  /** What can be said from memory, or what the CA has to be asked. */
  const concluded = (item: VerificationItem, proof: Proof): Answered<Answer> | { ask(): Promise<Answered<Answer>> } => {
    if (proof.result === 'refused') return refused(proof.reason)
    const question = questionOf(item, proof)
    if (question === undefined) return refused('unknown-issuer')
    const held = proof.status ?? source.held(question)
    if (held !== undefined) return answerOf(proof, held)
    return { ask: async () => answerOf(proof, await source.of(question)) }
  }

  const one = async (item: VerificationItem): Promise<Answered<Answer>> => {
    let proof = proveHere(item)
    if (proof.result === 'refused' && proof.doubtful && (await trust.doubt())) proof = proveHere(item)
    const conclusion = concluded(item, proof)
    return 'ask' in conclusion ? conclusion.ask() : conclusion
  }

  const proveAll = async (items: VerificationItem[]): Promise<Proof[]> => {
    const jobs: VerificationItem[][] = []
    for (let from = 0; from < items.length; from += itemsPerJob) jobs.push(items.slice(from, from + itemsPerJob))
    const statuses = (await source.share?.()) ?? none
    const now = site.clock.now()
    const proofs = (await Promise.all(jobs.map((job) => pool.run({ items: job, now }, settingNow(statuses))))).flat()
    const isDoubted = proofs.some((proof) => proof.result === 'refused' && proof.doubtful)
    if (!isDoubted || !(await trust.doubt())) return proofs
    return proofs.map((proof, index) => {
      const item = items[index]
      return item !== undefined && proof.result === 'refused' && proof.doubtful ? proveHere(item) : proof
    })
  }

  const many = async (items: VerificationItem[]): Promise<Answered<Answer>[]> => {
    if (items.length <= smallBatch) return Promise.all(items.map(one))
    const proofs = await proveAll(items)
    const answers = new Map<number, Answered<Answer>>()
    const open: { index: number; ask(): Promise<Answered<Answer>> }[] = []
    items.forEach((item, index) => {
      const conclusion = concluded(item, proofs[index] ?? proveHere(item))
      if ('ask' in conclusion) open.push({ index, ask: conclusion.ask })
      else answers.set(index, conclusion)
    })
    await together(open, questionsAtOnce, async ({ index, ask }) => void answers.set(index, await ask()))
    return items.map((_, index) => answers.get(index) ?? refused('unsupported'))
  }

  return { one, many }
}
