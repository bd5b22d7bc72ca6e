/** After a build, lays a Brotli and a gzip copy beside every file that shrinks by it, so that serving costs no processor time. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const shrinks = /\.(html|js|css|svg|json)$/

const walk = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })

export const compress = (folder: string): Plugin => ({
  name: 'compress',
  apply: 'build',
  closeBundle: () => {
    for (const path of walk(folder).filter((one) => shrinks.test(one))) {
      const bytes = readFileSync(path)
      writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
    }
  },
})
