/** Notices on the screen: where, for whom, how long and in which order. */
import { expect, test } from 'vitest'
import { DAY } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import type { CatvApp } from './index.ts'
import { createTestWorld, startAt } from './testWorld.ts'

type Kind = 'municipal' | 'disaster' | 'evacuation'
const notice = (noticeId: string, kind: Kind, area = '見本県青葉野市', until = startAt + DAY) => ({
  noticeId,
  area,
  kind,
  title: noticeId,
  text: '本文',
  until,
})

test('evacuation comes first, then disaster, then the municipality', async () => {
  const { catv, tv } = await createTestWorld()
  for (const json of [notice('a', 'municipal'), notice('b', 'disaster'), notice('c', 'evacuation')])
    await answer(catv['area-notices'].$post({ json }))
  expect((await tv.screen()).notices.map(({ kind }) => kind)).toEqual(['evacuation', 'disaster', 'municipal'])
})

test('a notice reaches the boxes of its area only, until its time is over', async () => {
  const { catv, tv, clock } = await createTestWorld()
  const reached = await answer(catv['area-notices'].$post({ json: notice('a', 'disaster') }))
  const there = await tv.screen('STB-2')
  const before = await tv.screen()
  await clock.advance(DAY)
  const after = await tv.screen()
  expect([reached, there.notices, before.notices.length, after.notices]).toEqual([{ setTopBoxes: 1 }, [], 1, []])
})

test('a notice published twice is shown once', async () => {
  const { catv, tv } = await createTestWorld()
  await answer(catv['area-notices'].$post({ json: notice('a', 'disaster') }))
  await answer(catv['area-notices'].$post({ json: notice('a', 'disaster') }))
  expect((await tv.screen()).notices.length).toBe(1)
})

test('an evacuation notice takes over the screen until a viewer at that box has seen it', async () => {
  const { catv, tv, enter } = await createTestWorld()
  await enter('H-3', 'STB-3', '見本県青葉野市三丁目')
  for (const json of [notice('a', 'disaster'), notice('b', 'evacuation')])
    await answer(catv['area-notices'].$post({ json }))
  const before = await tv.screen()
  const seen = await answer(
    catv['set-top-boxes'][':setTopBoxId'].acknowledgements.$post({
      param: { setTopBoxId: 'STB-1' },
      json: { noticeId: 'b' },
    }),
  )
  expect([before.takenOverBy, seen.takenOverBy, seen.notices.length]).toEqual(['b', undefined, 2])
  expect((await tv.screen('STB-3')).takenOverBy).toBe('b')
})

test('only what a box shows can be acknowledged there', async () => {
  const { catv } = await createTestWorld()
  await answer(catv['area-notices'].$post({ json: notice('b', 'evacuation') }))
  const elsewhere = catv['set-top-boxes'][':setTopBoxId'].acknowledgements.$post({
    param: { setTopBoxId: 'STB-2' },
    json: { noticeId: 'b' },
  })
  await expect(answer(elsewhere)).rejects.toMatchObject({ status: 404, code: 'no-such-notice' })
})

test('a withdrawn notice is shown no more, and says nothing to who withdraws it again', async () => {
  const { catv, tv, clock } = await createTestWorld()
  for (const json of [notice('a', 'disaster'), notice('b', 'evacuation')])
    await answer(catv['area-notices'].$post({ json }))
  await clock.advance(1)
  const withdraw = () => answer(catv['area-notices'][':noticeId'].withdrawals.$post({ param: { noticeId: 'b' } }))
  const left = await withdraw()
  expect([left.notices.map(({ noticeId }) => noticeId), (await tv.screen()).notices.length]).toEqual([['a'], 1])
  expect(left.notices[0]).toEqual({ ...notice('a', 'disaster'), from: 'people', shownFrom: startAt })
  await expect(withdraw()).rejects.toMatchObject({ status: 404, code: 'no-such-notice' })
})

test('a notice to one subscriber is shown for thirty days at that household only', async () => {
  const { site, tv, clock } = await createTestWorld()
  const mobile = (await site('mobile-sora', 'subscription')).network.connect<CatvApp>('catv-hikari')
  const json = { noticeId: 'n-1', subscriberNumber: 'H-1', title: 'お知らせ', text: '書面を', about: 'contract-1' }
  const reached = await answer(mobile['subscriber-notices'].$post({ json }))
  expect((await tv.screen()).notices).toMatchObject([{ kind: 'subscriber', from: 'mobile-sora', about: 'contract-1' }])
  const shown = [(await tv.screen()).notices.length, (await tv.screen('STB-2')).notices.length]
  await clock.advance(30 * DAY)
  expect([reached, shown, (await tv.screen()).notices]).toEqual([{ setTopBoxes: 1 }, [1, 0], []])
})

test('only contract desks may write to a subscriber, and only those that exist', async () => {
  const { catv, site } = await createTestWorld()
  const mobile = (await site('mobile-sora', 'subscription')).network.connect<CatvApp>('catv-hikari')
  const json = { noticeId: 'n-1', subscriberNumber: 'H-9', title: 'お知らせ', text: '' }
  await expect(answer(catv['subscriber-notices'].$post({ json }))).rejects.toMatchObject({ status: 403 })
  await expect(answer(mobile['subscriber-notices'].$post({ json }))).rejects.toMatchObject({ status: 404 })
})

test('an unknown field is refused by name', async () => {
  const { catv } = await createTestWorld()
  const json = { ...notice('a', 'disaster'), siren: true }
  await expect(answer(catv['area-notices'].$post({ json }))).rejects.toMatchObject({
    status: 422,
    errors: [{ field: '/siren', reason: 'unknown field' }],
  })
})
