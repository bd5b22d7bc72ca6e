/** Where a world keeps its population: in one folder that is there as a whole or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { keyOrigin } from './packedFile.ts'

/** What was made, beside the files themselves. */
const manifest = z.strictObject({
  notice: z.strictObject({ ja: z.string(), en: z.string() }),
  seed: z.string(),
  cards: z.number().int().positive(),
  certificates: z.number().int(),
  revoked: z.number().int(),
  keys: keyOrigin,
  /** Everything in it happened no later than this (Unix ms). */
  until: z.number().int(),
  exported: z.number().int(),
})
export type Manifest = z.output<typeof manifest>

/** Programs look only into `population`; `population.partial` is being made, or was left by a process that died. */
export const populationFolder = (worldFolder: string) => {
  const whole = join(worldFolder, 'population')
  const partial = join(worldFolder, 'population.partial')
  const read = (folder: string): Manifest | undefined => {
    const path = join(folder, 'population.json')
    return existsSync(path) ? manifest.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
  }
  return {
    whole,
    partial,
    /** The packed file and the lines for k6, by name. */
    cards: 'cards.bin',
    lines: 'cards.ndjson',
    made: () => read(whole),
    /** A population that is complete but for its last step. */
    almostMade: () => read(partial),
    begin: () => {
      rmSync(partial, { recursive: true, force: true })
      mkdirSync(partial, { recursive: true })
    },
    /** The manifest comes last: where it is, all the rest is on disk. */
    describe: async (of: Manifest) => {
      const file = await open(join(partial, 'population.json'), 'w', 0o600)
      await file.writeFile(`${JSON.stringify(of, null, 2)}\n`)
      await file.sync()
      await file.close()
    },
    publish: () => renameSync(partial, whole),
    drop: () => rmSync(partial, { recursive: true, force: true }),
  }
}
