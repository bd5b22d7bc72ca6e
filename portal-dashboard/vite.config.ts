/** How the portal is built, and served while somebody works on it: Svelte, the message catalogues, files compressed ahead. */
import { join } from 'node:path'
import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { compress } from './build/compress.ts'

const here = import.meta.dirname
const dist = join(here, 'dist')

/** `npm start` of the same machine answers what is not the portal's. */
const server = process.env['SERVER'] ?? 'http://127.0.0.1:4000'
const notOurs = ['/evaluation', '/manage', '/health', '/api', '/assets']

export default defineConfig({
  root: here,
  plugins: [
    paraglideVitePlugin({
      project: join(here, 'project.inlang'),
      outdir: join(here, 'src', 'paraglide'),
      strategy: ['baseLocale'],
    }),
    svelte({ configFile: join(here, 'svelte.config.js') }),
    compress(dist),
  ],
  build: {
    outDir: dist,
    emptyOutDir: true,
    // Names with a hash live in a folder of their own: they may be kept for ever.
    assetsDir: 'portal/built',
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: Object.fromEntries(notOurs.map((path) => [path, server])) },
})
