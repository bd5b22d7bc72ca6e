/** How `npm test` finds and runs the tests: everything that needs only Node. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['sim/**/*.test.ts', 'scenarios/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
