/** What a form orders is what the management app understands, and rows say what is in force. */
import { expect, test } from 'vitest'
import { faultRule } from '../../../../sim/core/faults.ts'
import { delays, emptyForm, faultKinds, faultRows, lasting, orderOf, shares } from './faults.ts'

test('every choice of the form is a rule that the management app takes as it is meant', () => {
  for (const kind of faultKinds)
    for (const share of shares)
      for (const times of lasting)
        for (const delay of delays) {
          const rule = faultRule.parse(orderOf({ ...emptyForm, kind, share, times, delay, to: 'ca' }))
          expect(rule).toEqual({
            ...{ kind, to: 'ca', probability: Number(share), status: 503, ms: kind === 'delay' ? Number(delay) : 0 },
            ...(times !== 'always' && { times: Number(times) }),
          })
        }
})

test('whom a fault does not name it strikes from anybody, to anybody', () => {
  expect(Object.keys(orderOf(emptyForm))).toEqual(['kind', 'probability'])
  expect(orderOf({ ...emptyForm, from: 'people' })).toMatchObject({ from: 'people' })
})

test('rows come newest first, with what counts for their kind', () => {
  const rule = { probability: 0.1, ms: 5000, status: 503 }
  const rows = faultRows([
    { ...rule, id: 1, kind: 'delay', to: 'ca' },
    { ...rule, id: 2, kind: 'error', times: 3 },
    { ...rule, id: 3, kind: 'down', from: 'people' },
  ])
  expect(rows.map(({ id, percent, timesLeft, delayMs, status }) => [id, percent, timesLeft, delayMs, status])).toEqual([
    [3, 10, undefined, undefined, undefined],
    [2, 10, 3, undefined, 503],
    [1, 10, undefined, 5000, undefined],
  ])
})
