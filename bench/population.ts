/** How fast a population is made, as a share of the RSA-2048 signature limit of the same threads: `node bench/population.ts [--large]` (100,000 cards too). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makePopulation } from '../sim/population/population.ts'

const sizes = [2_000, 20_000, ...(process.argv.includes('--large') ? [100_000] : [])]
const folder = mkdtempSync(join(tmpdir(), 'bench-population-'))
const round = (value: number) => Math.round(value).toLocaleString('en-US')
const line = (cells: readonly string[]) => console.log(cells.map((cell) => cell.padStart(14)).join(''))

line([
  ...['cards', 'certificates', 'total s', 'primes s', 'issue s', 'rows s'],
  ...['keys/CPU-s', 'certs/CPU-s', 'sign/CPU-s', 'ratio', 'rows/s', 'file MB', 'peak MB'],
])
try {
  for (const cards of sizes) {
    const made = await makePopulation({
      ...{ folder: join(folder, `${cards}`), cards, seed: '1', revokedShare: 0.05, keys: 'pooled', exported: 0 },
      now: Date.UTC(2026, 3, 1),
      say: () => undefined,
    })
    if (made === undefined) throw new Error('nothing was made')
    const perCpu = (made.certificates * 1000) / made.issueCpuMs
    line([
      ...[cards, made.certificates].map(round),
      ...[made.totalMs, made.primesMs, made.issueMs, made.rowsMs].map((ms) => (ms / 1000).toFixed(1)),
      ...[(made.keys * 1000) / made.keyMs, perCpu, made.signLimit].map(round),
      (perCpu / made.signLimit).toFixed(2),
      round((made.certificates * 1000) / made.rowsMs),
      round(made.sizeBytes / 1e6),
      round(process.resourceUsage().maxRSS / 1024),
    ])
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(
  'certs/CPU-s counts everything a thread does for a card: resident, two keys of the pool, two certificates, packing; ratio is to bare node:crypto signatures in the same threads',
)
