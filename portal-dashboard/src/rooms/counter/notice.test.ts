/** A notice to the authority is found among its neighbours, and its arrival foretold. */
import { expect, test } from 'vitest'
import { justBefore, noticeOf } from './notice.ts'

const certificate = { kind: 'signature', serialNumber: 'B1' } as const
const actor = (id: string, state: string) => ({ id, version: 1, state, active: [state], changedAt: 1000 })

test('while it waits it is told when it arrives, afterwards when it did', () => {
  expect(
    noticeOf(certificate, { actors: [actor('signature-B0', 'delivered'), actor('signature-B1', 'waiting')] }, 500),
  ).toEqual({ stage: 'waiting', dueAt: 1500 })
  expect(noticeOf(certificate, { actors: [actor('signature-B1', 'delivered')] }, 500)).toEqual({
    stage: 'delivered',
    at: 1000,
  })
  expect(noticeOf(certificate, { actors: [actor('signature-B1', 'sending')] }, 500)).toEqual({ stage: 'sending' })
})

test('about a certificate that was replaced there is none', () => {
  expect(noticeOf(certificate, { actors: [actor('authentication-B1', 'waiting')] }, 500)).toBeUndefined()
  expect(justBefore(certificate) < 'signature-B1').toBe(true)
})
