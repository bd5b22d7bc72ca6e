/** How the acceptance tests run: against real programs (OpenSSL), after `npm test`; a missing program is a failure. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['acceptance/**/*.test.ts'],
    // these need a place of their own: \`npm run acceptance:card\`
    exclude: ['acceptance/card/**'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
