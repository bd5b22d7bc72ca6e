/** Whether the built portal is that of the sources beside it. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Made by the build itself, or not part of it. */
const left = new Set(['dist', 'node_modules', 'e2e', 'paraglide'])

const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !left.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? sources(path) : [path]
    })

/**
 * The stamp of the portal in `folder`: `isBuilt()` compares it with what `note()` wrote after the last build. `lock` are the packages it
 * is built with, `also` a folder that it takes words from.
 */
export const portalStamp = (folder, { lock, also }) => {
  const hash = createHash('sha256').update(lock)
  for (const path of [...sources(folder), ...sources(also)]) hash.update(basename(path)).update(readFileSync(path))
  const stamp = hash.digest('hex')
  const file = join(folder, 'dist', '.vite', 'stamp')
  return {
    isBuilt: () => existsSync(file) && readFileSync(file, 'utf8') === stamp,
    note: () => writeFileSync(file, stamp),
  }
}
