/** Large rounds. */
import { expect, test } from 'vitest'
import { createTestWorld } from './testWorld.ts'

test('more than a thousand certificates are asked for in batches', { timeout: 120_000 }, async () => {
  const { desk, known } = await createTestWorld()
  for (let index = 0; index < 1001; index++) await desk.join()
  const report = await desk.round()
  expect([report.checked, known.checked.map((ids) => ids.length)]).toEqual([1001, [1000, 1]])
})
