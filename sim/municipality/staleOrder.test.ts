/** Orders that the authority could not take when they were made, and that a loss, a find and a renewal overtook. */
import { expect, test } from 'vitest'
import { HOUR } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import { createTestWorld, serialOf } from './testWorld.ts'

const world = await createTestWorld()
const { ofResident } = world
const of = (residentId: string) => ({ param: { residentId } })

test('a renewal that waits for the authority, overtaken by loss, find and another renewal, leaves one good certificate of each kind', async () => {
  const before = await world.issue('overtaken')
  world.fault({ kind: 'down', to: 'ca' })
  const call = (what: 'renewals' | 'card-losses' | 'card-finds') => answer(ofResident[what].$post(of('overtaken'))).catch((e) => e)
  console.log('r1', (await call('renewals')).certificates)
  console.log('l', (await call('card-losses')).lostCardId)
  console.log('f', (await call('card-finds')).cardId)
  console.log('r2', await call('renewals'))
  world.faults.clear()
  await world.clock.advance(3 * HOUR)
  const after = await world.show('overtaken')
  console.log(after)
  const reader = world.reader(after.cardId ?? '')
  await reader.select()
  const { parseCertificate } = await import('../pki/certificate.ts')
  const onCard = parseCertificate(await reader.readAuthenticationCertificate()).serialNumber
  console.log('onCard', onCard, 'register', serialOf(after, 'authentication'), await world.atCa('authentication', onCard), await world.atCa('authentication', serialOf(before, 'authentication')))
  // every auth cert of the ca
  const caSite = world.sites.get('ca')
  console.log(JSON.stringify((await caSite!.store.client?.execute?.('select serial_number, kind, card_id from certificates'))?.rows))
  expect(1).toBe(1)
})
