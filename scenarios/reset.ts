/** `npm run reset`: forgets the kept world and all runs; the pool of card keys stays. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'

for (const folder of ['world', 'runs'])
  rmSync(join(import.meta.dirname, '..', 'data', folder), { recursive: true, force: true })
console.log('data/world と data/runs を消しました / removed data/world and data/runs')
