/** Chance that can be repeated. */
import { expect, test } from 'vitest'
import { createRandom } from './random.ts'

test('one seed always draws alike', () => {
  const draw = () => {
    const random = createRandom('seed')
    return [random.next(), random.int(100), random.id(), random.pick(['a', 'b', 'c'])]
  }
  expect(draw()).toEqual(draw())
})

test("a fork's draws do not move its parent's", () => {
  const alone = createRandom('seed')
  const parent = createRandom('seed')
  const fork = parent.fork('other')
  fork.next()
  expect(parent.next()).toBe(alone.next())
})

test('forks of other names draw otherwise', () => {
  const random = createRandom('seed')
  expect(random.fork('a').id()).not.toBe(random.fork('b').id())
})

test('integers are spread evenly', () => {
  const random = createRandom('seed')
  const counts = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 10_000; i++) counts[random.int(10)]! += 1
  // Chi-squared with 9 degrees of freedom stays below 27.9 in 999 of 1000 cases.
  const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  expect(chiSquared).toBeLessThan(27.9)
})

test('picking from an empty list is a bug', () => {
  expect(() => createRandom('seed').pick([])).toThrow('pick from an empty list')
})
