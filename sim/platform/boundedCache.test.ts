/** The cache's bound, and what it keeps when it is full. */
import { expect, test } from 'vitest'
import { createBoundedCache } from './boundedCache.ts'

test('it never holds more than its bound', () => {
  const cache = createBoundedCache<number, string>(10)
  for (let key = 0; key < 1000; key++) {
    cache.set(key, `value ${key}`)
    expect(cache.size()).toBeLessThanOrEqual(10)
  }
  expect(cache.get(999)).toBe('value 999')
  expect(cache.get(0)).toBeUndefined()
})

test('what is asked for again and again stays', () => {
  const cache = createBoundedCache<number, string>(10)
  cache.set(0, 'wanted')
  for (let key = 1; key < 1000; key++) {
    cache.set(key, 'passing')
    expect(cache.get(0)).toBe('wanted')
  }
})

test('a value set again replaces the earlier one, also in the older half', () => {
  const cache = createBoundedCache<string, number>(4)
  for (const key of ['a', 'b', 'c']) cache.set(key, 1)
  cache.set('a', 2)
  expect(cache.get('a')).toBe(2)
  cache.delete('a')
  expect(cache.get('a')).toBeUndefined()
  cache.clear()
  expect([cache.size(), cache.get('c')]).toEqual([0, undefined])
})
