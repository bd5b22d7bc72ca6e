/** Orders that waited for the card or the authority, and that a loss, a find and another renewal overtook. */
import { expect, test } from 'vitest'
import { DAY } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { createTestWorld, serialOf } from './testWorld.ts'

const world = await createTestWorld()

/** Renewed, lost, found and renewed again while this party fails as said; then all is well for a day. */
const overtake = async (residentId: string, fault: Parameters<typeof world.fault>[0]) => {
  const before = await world.issue(residentId)
  world.fault(fault)
  for (const what of ['renewals', 'card-losses', 'card-finds', 'renewals'] as const)
    await answer(world.ofResident[what].$post({ param: { residentId } }))
  world.faults.clear()
  await world.clock.advance(DAY)
  return { before, after: await world.show(residentId) }
}

test.each<[string, Parameters<typeof world.fault>[0]]>([
  ['the authority is down', { kind: 'down', to: 'ca' }],
  ['the authority issues, but its answers are lost', { kind: 'drop-answer', to: 'ca', pathPrefix: '/certificates' }],
  ['the card is out of reach', { kind: 'down', to: 'card' }],
])('when %s, the register, the card and the authority agree in the end', async (name, fault) => {
  const residentId = `overtaken-${name.length}`
  const { before, after } = await overtake(residentId, fault)
  const reader = world.reader(after.cardId ?? '')
  await reader.select()
  await reader.verify('authentication', '1234')
  await reader.verify('signature', 'SIGN1234')
  expect(parseCertificate(await reader.readAuthenticationCertificate()).serialNumber).toBe(
    serialOf(after, 'authentication'),
  )
  expect(parseCertificate(await reader.readSignatureCertificate()).serialNumber).toBe(serialOf(after, 'signature'))
  expect(after.certificates.map(({ valid }) => valid)).toEqual([true, true])

  const first = Number.parseInt(serialOf(before, 'authentication') ?? '', 16)
  const last = Number.parseInt(serialOf(after, 'authentication') ?? '', 16)
  expect(last).toBeGreaterThan(first)
  for (const kind of ['authentication', 'signature'] as const) {
    expect(await world.atCa(kind, serialOf(after, kind))).toBe('good')
    expect(await world.atCa(kind, serialOf(before, kind))).toMatch(/^(certificateHold|superseded)$/)
  }
  // and none that nobody knows of is left good
  for (let number = first; number < last; number += 1)
    expect(await world.atCa('authentication', number.toString(16).toUpperCase().padStart(8, '0'))).not.toBe('good')
})
