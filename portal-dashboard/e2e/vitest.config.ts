/** How the tests in a real browser run: one after another, against a real server of their own. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  test: { include: ['*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false },
})
