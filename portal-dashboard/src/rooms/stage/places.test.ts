/** Places around the platform. */
import { expect, test } from 'vitest'
import { flightMs, layOut, wayBetween } from './places.ts'

const parties = [
  { id: 'platform', folder: 'platform' },
  { id: 'people', folder: 'people' },
  ...Array.from({ length: 18 }, (_, index) => ({ id: `s${index}`, folder: 'subscription' })),
]

test('the platform stands in the middle, residents at the left, nobody outside the frame', () => {
  const places = layOut(parties, 800, 500)
  expect(places.get('platform')).toEqual({ x: 400, y: 250 })
  expect(places.get('people')?.x).toBeLessThan(100)
  for (const { x, y } of places.values()) expect(x >= 0 && x <= 800 && y >= 0 && y <= 500).toBe(true)
})

test('no two places touch', () => {
  const points = [...layOut(parties, 800, 500).values()]
  const nearest = Math.min(
    ...points.flatMap((a, index) => points.slice(index + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y))),
  )
  expect(nearest).toBeGreaterThan(70)
})

test('a way begins and ends at its places', () => {
  expect(wayBetween({ x: 0, y: 0 }, { x: 100, y: 0 }, 300, 200)).toBe('M0.0 0.0 Q78.0 28.0 100.0 0.0')
})

test('a message is gone before the next one comes', () => {
  expect([1, 5, 100].map(flightMs)).toEqual([900, 180, 9])
})
