/** What becomes of a card that was handed in. */
import { expect, test } from 'vitest'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { createTestWorld } from './testWorld.ts'

const world = await createTestWorld()
const select = '00A4040C0AD392F000260100000001'
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)

test('a destroyed card answers 6F00 to everything, also after a power cut, and nobody writes onto it any more', async () => {
  const publicKeys = await world.issue('card-1')
  const param = { cardId: 'card-1' }
  expect(await problemOf(answer(world.people[':cardId'].disablements.$post({ param })))).toMatchObject({ status: 403 })
  expect(await world.transmit('card-1', select)).toBe('9000')
  for (let times = 0; times < 2; times++)
    expect(await answer(world.town[':cardId'].disablements.$post({ param }))).toMatchObject({ disabled: true })
  expect(await world.transmit('card-1', select)).toBe('6F00')
  expect(await world.transmit('card-1', '00200080')).toBe('6F00')
  const json = { pin: 'authentication', value: '4321' } as const
  const certificate = await world.certified('authentication', publicKeys.authentication)
  const orders: Promise<unknown>[] = [
    answer(world.town[':cardId'].unblocks.$post({ param, json })),
    answer(world.town[':cardId'].keys.$post({ param, json: { key: 'authentication' } })),
    answer(world.town[':cardId'].certificates.$post({ param, json: certificate })),
  ]
  for (const problem of await Promise.all(orders.map(problemOf)))
    expect(problem).toMatchObject({ status: 409, code: 'card-disabled' })

  const after = await createTestWorld(world.folder)
  expect(await after.transmit('card-1', select)).toBe('6F00')
  expect(await answer(after.people[':cardId'].$get({ param }))).toMatchObject({ disabled: true })
})
