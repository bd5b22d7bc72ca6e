/** The forms of the counter: which fields an act has, what is not right in them yet, and the request that is made of them. */
import { answered, municipalityAt } from '../../lib/party.ts'
import { isPassword, isPin } from '../people/reader.ts'
import type { ActId, ResidentRecord } from './acts.ts'

export type Filled = {
  address: string
  name: string
  confirmed: boolean
  pin: 'authentication' | 'signature'
  authenticationPin: string
  signaturePassword: string
}
export type Field = keyof Filled

const fields: Readonly<Record<ActId, readonly Field[]>> = {
  move: ['address'],
  rename: ['name'],
  death: ['confirmed'],
  lose: ['confirmed'],
  find: [],
  card: ['authenticationPin', 'signaturePassword'],
  renew: [],
  signature: ['signaturePassword'],
  unblock: ['pin'],
}

export const fieldsOf = (act: ActId, pin: Filled['pin']): readonly Field[] =>
  act === 'unblock' ? ['pin', pin === 'authentication' ? 'authenticationPin' : 'signaturePassword'] : fields[act]

/** With a new card or certificate the password may stay away, or as it is. */
const mayBeEmpty = (act: ActId) => act === 'card' || act === 'signature'

const isRight = (field: Field, act: ActId, filled: Filled, { basicFour }: ResidentRecord): boolean => {
  if (field === 'address') return filled.address.trim() !== '' && filled.address.trim() !== basicFour.address
  if (field === 'name') return filled.name.trim() !== '' && filled.name.trim() !== basicFour.name
  if (field === 'confirmed') return filled.confirmed
  if (field === 'authenticationPin') return isPin(filled.authenticationPin)
  if (field === 'signaturePassword')
    return isPassword(filled.signaturePassword) || (filled.signaturePassword === '' && mayBeEmpty(act))
  return true
}

/** The fields that are still to be filled in, or not as they must be. */
export const problemsOf = (act: ActId, filled: Filled, record: ResidentRecord): Field[] =>
  fieldsOf(act, filled.pin).filter((field) => !isRight(field, act, filled, record))

/** Do it at the counter; what the register says then. */
export const requestAct = (
  municipality: string,
  residentId: string,
  act: ActId,
  filled: Filled,
): Promise<ResidentRecord> => {
  const desk = municipalityAt(municipality).residents[':residentId']
  const param = { residentId }
  const { authenticationPin, signaturePassword } = filled
  const password = signaturePassword === '' ? {} : { signaturePassword }
  const request = {
    move: () => answered(desk.moves.$post({ param, json: { address: filled.address.trim() } })),
    rename: () => answered(desk.renames.$post({ param, json: { name: filled.name.trim() } })),
    death: () => answered(desk.deaths.$post({ param })),
    lose: () => answered(desk['card-losses'].$post({ param })),
    find: () => answered(desk['card-finds'].$post({ param })),
    card: () => answered(desk.cards.$post({ param, json: { authenticationPin, ...password } })),
    renew: () => answered(desk.renewals.$post({ param })),
    signature: () => answered(desk['signature-certificates'].$post({ param, json: password })),
    unblock: () =>
      answered(
        desk.unblocks.$post({
          param,
          json:
            filled.pin === 'authentication'
              ? { pin: 'authentication', value: authenticationPin }
              : { pin: 'signature', value: signaturePassword },
        }),
      ),
  }
  return request[act]()
}
