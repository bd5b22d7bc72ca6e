/** What arrives fast is handed on together, all of it, once. */
import { expect, test } from 'vitest'
import { createFrames } from './frames.ts'

const byHand = () => {
  let due: (() => void) | undefined
  const waits: number[] = []
  return {
    waits,
    schedule: (flush: () => void, waitMs: number) => {
      due = flush
      waits.push(waitMs)
      return () => (due = undefined)
    },
    picture: () => {
      const flush = due
      due = undefined
      flush?.()
    },
  }
}

test('what is added between two pictures is taken together, in order', () => {
  const hand = byHand()
  const taken: number[][] = []
  const frames = createFrames<number>((items) => taken.push(items), 100, hand.schedule)
  frames.add([1, 2])
  frames.add([3])
  hand.picture()
  frames.add([4])
  hand.picture()
  hand.picture()
  expect(taken).toEqual([[1, 2, 3], [4]])
})

test('what waits never grows beyond its bound', () => {
  const hand = byHand()
  const taken: number[][] = []
  const frames = createFrames<number>((items) => taken.push(items), 3, hand.schedule)
  frames.add([1, 2])
  frames.add([3, 4])
  hand.picture()
  expect(taken).toEqual([[1, 2, 3, 4]])
})

test('after stopping nothing is taken any more', () => {
  const hand = byHand()
  const taken: number[][] = []
  const frames = createFrames<number>((items) => taken.push(items), 10, hand.schedule)
  frames.add([1])
  frames.stop()
  hand.picture()
  expect(taken).toEqual([])
})

test('after many came together the next are gathered for longer, and after few no more', () => {
  const hand = byHand()
  const frames = createFrames<number>(() => undefined, 100, hand.schedule)
  for (const size of [20, 2, 1]) {
    frames.add(Array.from({ length: size }, (_, index) => index))
    hand.picture()
  }
  expect(hand.waits).toEqual([0, 90, 0])
})
