/** How the card's acceptance tests run: one file after the other, since they share one reader. */
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['acceptance/card/**/*.test.ts'],
    globalSetup: join(import.meta.dirname, 'globalSetup.ts'),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
  },
})
