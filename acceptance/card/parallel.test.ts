/** Two people use their cards at the same time, each at a computer of their own. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import { startInstance } from './instance.ts'
import { opensslVerifies, signWithCard } from './pkcs11.ts'
import { endAll, until, type Running } from './programs.ts'
import { insert, readers, runAt, startPcscd, type Inserted, type Place } from './reader.ts'
import { issuedFor } from './testbed.ts'

const testbed = inject('testbed')
const persons = ['kenji', 'makoto'] as const
type Computer = { person: string; place: Place; card: Inserted; pcscd: Running }
let computers: Computer[]

beforeAll(async () => {
  computers = await Promise.all(
    persons.map(async (person, index) => {
      const { place, host, pcscd } = await startInstance(index + 1)
      return { person, place, pcscd, card: await insert(testbed, person, { place, host }) }
    }),
  )
})
afterAll(endAll)

const certificateAt = async (place: Place) => {
  const { output } = await runAt(place, 'pkcs15-tool', ['--read-certificate', '1'])
  return /-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----\n/.exec(output)?.[0]
}

test('each computer has the certificate of its own person', async () => {
  const read = await Promise.all(computers.map(({ place }) => certificateAt(place)))
  const issued = await Promise.all(persons.map((person) => issuedFor(testbed, person, 'authentication')))
  expect(read).toEqual(issued.map(({ certificate }) => certificate.toString()))
  expect(read[0]).not.toBe(read[1])
})

test('both sign again and again at the same time, and every signature is the right person’s', async () => {
  const message = Buffer.from('parallel')
  const verified = await Promise.all(
    computers.flatMap(({ person, place }) =>
      Array.from({ length: 5 }, async () => {
        const pin = personOf(person).card?.authenticationPin ?? ''
        const signed = await signWithCard(message, { kind: 'authentication', pin, place })
        const { certificate } = await issuedFor(testbed, person, 'authentication')
        return opensslVerifies(certificate.toString(), signed)
      }),
    ),
  )
  expect(verified).toEqual(Array.from({ length: 10 }, () => 'Verified OK'))
})

test('the PIN of the one is not the PIN of the other', async () => {
  const [first, second] = computers
  if (first === undefined || second === undefined) throw new Error('two computers')
  const pin = personOf(second.person).card?.authenticationPin ?? ''
  const signed = await signWithCard(Buffer.from('x'), { kind: 'authentication', pin, place: first.place })
  expect(signed.said).toContain('CKR_PIN_INCORRECT')
})

test('taking out the one card leaves the other in', async () => {
  const [first, second] = computers
  expect(await first?.card.eject()).toBe(0)
  expect((await readers(first?.place))[0]?.card).toBe(false)
  expect((await readers(second?.place))[0]?.card).toBe(true)
  expect(await certificateAt(second?.place ?? [])).toContain('BEGIN CERTIFICATE')
})

test('when pcscd is started anew, the card is in its reader again without anybody’s help', async () => {
  const [, second] = computers
  if (second === undefined) throw new Error('two computers')
  const { place, pcscd, card } = second
  await pcscd.end()
  await startPcscd(place)
  await until('the card to be in again', async () => (await readers(place))[0]?.card === true, 15_000)
  expect(card.process.isOver()).toBe(false)
  expect(await certificateAt(place)).toContain('BEGIN CERTIFICATE')
})
