/** Two opinions on the same mutants: ours, which must be the stricter one, and that of the openssl program. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import { MalformedError } from '../../sim/pki/malformed.ts'
import { differences, readTree } from './derTree.ts'
import { isDocumented } from './strictness.ts'

/** `content` is that of a signed document, in hex. */
export type Opinion = { verdict: 'good' | 'revoked' | 'unknown' | 'refused'; because: string; content?: string }

/** No decision may take longer, whatever the input: far above any honest time, far below a hang. */
const hangLimitMs = 5000
const runs = Number(process.env['DIFFERENTIAL_RUNS'] ?? 3000)
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 20261122)
/** A busy machine looks at fewer mutants instead of taking longer. */
const timeLimitMs = 40_000
/** Of the mutants we refuse, openssl is asked about one in so many. */
const sampleEvery = 8

/** Instead of shrinking the first disagreement: list them all, and what openssl accepts that we refuse. */
const listReasons = process.env['DIFFERENTIAL_REASONS'] !== undefined

/** What openssl printed without the names, numbers of threads and lines of its source that differ from run to run. */
const wordsOf = (output: string) =>
  output
    .split('\n')
    .filter((line) => line && !/^C = |^error \S+: verification failed|Update: /.test(line))
    .map((line) => line.replace(/^[0-9A-F]+:error:[0-9A-F]+:/, '').replace(/[.\/]+crypto[^:]*:\d+:/, ''))
    .join('; ')

/** Where files for openssl lie. */
export function createWorkplace() {
  const folder = mkdtempSync(join(tmpdir(), 'differential-'))
  return {
    write: (name: string, bytes: Uint8Array | string) => {
      writeFileSync(join(folder, name), bytes)
      return name
    },
    read: (name: string) => readFileSync(join(folder, name)),
    openssl: (...args: string[]): { status: number | null; output: string } => {
      const { status, stdout, stderr, error } = spawnSync('openssl', args, {
        encoding: 'utf8',
        cwd: folder,
        timeout: 60_000,
      })
      if (error) throw new Error('this acceptance test needs the openssl program (3.0) on PATH', { cause: error })
      return { status, output: wordsOf(stdout + stderr) }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** What `decide` says, a malformed input being refused; anything else it throws is a bug and ends the test. */
async function opinionOf(decide: () => Opinion | Promise<Opinion>): Promise<Opinion> {
  try {
    return await decide()
  } catch (error) {
    if (error instanceof MalformedError) return { verdict: 'refused', because: `malformed: ${error.message}` }
    throw error
  }
}

export type Comparison = {
  name: string
  mutants: fc.Arbitrary<Uint8Array>
  ours: (mutant: Uint8Array) => Opinion | Promise<Opinion>
  theirs: (mutant: Uint8Array) => Opinion
  /** What was changed, and its changed bytes, to look at when the two disagree. */
  original: Uint8Array
}

/**
 * Whether everything we accept is accepted by openssl with the same verdict. Returns how often they met, and what openssl
 * accepts of the sample of those we refuse.
 */
export async function compareOpinions({ name, mutants, ours, theirs, original }: Comparison) {
  const count = { mutants: 0, accepted: 0, documented: 0, refused: 0, asked: 0, laxer: 0, slowestMs: 0 }
  const laxer = new Map<string, number>()
  const disagreements = new Map<string, string[]>()
  const property = fc.asyncProperty(mutants, async (mutant) => {
    count.mutants++
    const started = performance.now()
    const mine = await opinionOf(() => ours(mutant))
    count.slowestMs = Math.max(count.slowestMs, performance.now() - started)
    if (mine.verdict === 'refused') {
      if (count.refused++ % sampleEvery !== 0) return
      count.asked++
      if (theirs(mutant).verdict === 'refused') return
      count.laxer++
      laxer.set(mine.because, (laxer.get(mine.because) ?? 0) + 1)
      return
    }
    count.accepted++
    const other = theirs(mutant)
    if (other.verdict === mine.verdict && other.content === mine.content) return
    if (isDocumented(mine, other)) {
      count.documented++
      return
    }
    const disagreement = `we say ${mine.verdict}, openssl ${other.verdict}: ${other.because}`
    const where = differences(readTree(original), readTree(mutant)).join(', ')
    if (!listReasons) {
      const bytes = Buffer.from(mutant).toString('base64')
      throw new Error(`${name}: ${disagreement}\n${where}\n${bytes}`)
    }
    disagreements.set(disagreement, [...(disagreements.get(disagreement) ?? []), where])
  })
  await fc.assert(property, { numRuns: runs, seed, plugins: [fc.interruptAfterTimeLimit(timeLimitMs)] })
  const { mutants: all, accepted, asked, slowestMs } = count
  console.log(
    `${name}: ${all} mutants, ${accepted} accepted (by openssl too, but for ${count.documented} documented), openssl asked about ${asked} ` +
      `of ${count.refused} refused and accepts ${count.laxer}; slowest ${slowestMs.toFixed(1)} ms`,
  )
  if (listReasons) {
    console.log('openssl accepts what we refuse:', Object.fromEntries([...laxer].toSorted(([, a], [, b]) => b - a)))
    const seen = Array.from(
      disagreements,
      ([words, where]) => `${where.length} × ${words.slice(0, 200)} such as ${where[0]}`,
    )
    expect.soft(seen).toEqual([])
  }
  expect(slowestMs).toBeLessThan(hangLimitMs)
  return count
}
