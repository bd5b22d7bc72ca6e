/** The privacy matrix follows the chosen case. */
import { expect, test } from 'vitest'
import type { Privacy } from '../../../../sim/messages/evaluation.ts'
import { casesOf, matrixOf, strengthOf } from './flow.ts'

const named = (id: string) => ({ id, ja: id, en: id })
const privacy: Privacy = {
  run: 'x',
  parties: ['ca', 'platform', 'clinic'].map(named),
  classes: ['name', 'certificate', 'pin'].map(named),
  cases: ['one', 'two'].map(named),
  cells: [
    {
      party: 'platform',
      dataClass: 'certificate',
      count: 20,
      from: [{ party: 'clinic', count: 20 }],
      cases: [
        { case: 'one', count: 4, examples: ['platform:1'] },
        { case: 'two', count: 16, examples: [] },
      ],
    },
    { party: 'clinic', dataClass: 'name', count: 1, from: [], cases: [{ case: 'one', count: 1, examples: [] }] },
  ],
  how: { ja: '', en: '' },
}

test('whoever received nothing, and what nobody received, has no place in the matrix', () => {
  const { parties, classes, total } = matrixOf(privacy, '')
  expect([parties.map(({ id }) => id), classes.map(({ id }) => id), total]).toEqual([
    ['platform', 'clinic'],
    ['name', 'certificate'],
    21,
  ])
})

test('a chosen case leaves only its own messages', () => {
  const matrix = matrixOf(privacy, 'two')
  expect(matrix.at('platform', 'certificate')?.count).toBe(16)
  expect(matrix.at('clinic', 'name')).toBeUndefined()
  expect(matrix.parties.map(({ id }) => id)).toEqual(['platform'])
})

test('strength grows with powers of four and stays within five steps', () => {
  expect([1, 3, 4, 16, 64, 256, 100_000].map(strengthOf)).toEqual([1, 1, 2, 3, 4, 5, 5])
})

test('the cases of a cell stand with most messages first', () => {
  const [cell] = privacy.cells
  expect(cell === undefined ? [] : casesOf(cell, '').map((one) => one.case)).toEqual(['two', 'one'])
})
