/** How the portal's own tests run that need no browser: what is derived from data, the catalogues, the server of the built files. */
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte()],
  test: { include: ['src/**/*.test.ts', '*.test.ts'], testTimeout: 60_000 },
})
