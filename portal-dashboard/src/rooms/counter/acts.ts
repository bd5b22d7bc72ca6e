/** What can be brought to the counter: which acts make sense for a record, and what each of them changed. */
import type { z } from 'zod'
import type { residentRecord } from '../../../../sim/messages/residence.ts'

export type ResidentRecord = z.output<typeof residentRecord>
export type Certificate = ResidentRecord['certificates'][number]

const actIds = ['move', 'rename', 'death', 'lose', 'find', 'card', 'renew', 'signature', 'unblock'] as const
export type ActId = (typeof actIds)[number]

export const isAct = (id: string | null): id is ActId => actIds.some((one) => one === id)

/** The acts offered for a record; whether one can be done, the counter itself decides. */
export const actsFor = ({
  state,
  cardId,
  lostCardId,
}: Pick<ResidentRecord, 'state' | 'cardId' | 'lostCardId'>): ActId[] => {
  if (state !== 'registered') return []
  const needing: Partial<Record<ActId, boolean>> = {
    lose: cardId !== undefined,
    find: lostCardId !== undefined,
    renew: cardId !== undefined,
    signature: cardId !== undefined,
    unblock: cardId !== undefined,
  }
  return actIds.filter((act) => needing[act] ?? true)
}

/** Whether a certificate has come to its end by itself; before the world's time is known, none has. */
export const hasRunOut = ({ notAfter }: Pick<Certificate, 'notAfter'>, now: number | undefined): boolean =>
  now !== undefined && notAfter < now

/** What one act did to a record. */
export type Change =
  | { what: 'address' | 'name'; from: string; to: string }
  | { what: 'state'; to: string }
  | { what: 'ended' | 'begun'; kind: Certificate['kind'] }
  | { what: 'card-lost' | 'card-found' | 'card-new' }

const validOf = ({ certificates }: ResidentRecord) => certificates.filter(({ valid }) => valid)
const isAmong = (certificates: readonly Certificate[], { kind, serialNumber }: Certificate) =>
  certificates.some((one) => one.kind === kind && one.serialNumber === serialNumber)

const cardChange = (before: ResidentRecord, after: ResidentRecord): Change[] => {
  if (after.lostCardId !== undefined && before.lostCardId === undefined) return [{ what: 'card-lost' }]
  if (after.cardId === undefined || after.cardId === before.cardId) return []
  return [{ what: after.cardId === before.lostCardId ? 'card-found' : 'card-new' }]
}

/** What differs between a record before and after an act. */
export const changesOf = (before: ResidentRecord, after: ResidentRecord): Change[] => [
  ...(before.basicFour.address === after.basicFour.address
    ? []
    : [{ what: 'address' as const, from: before.basicFour.address, to: after.basicFour.address }]),
  ...(before.basicFour.name === after.basicFour.name
    ? []
    : [{ what: 'name' as const, from: before.basicFour.name, to: after.basicFour.name }]),
  ...(before.state === after.state ? [] : [{ what: 'state' as const, to: after.state }]),
  ...cardChange(before, after),
  ...validOf(before)
    .filter((one) => !isAmong(validOf(after), one))
    .map(({ kind }) => ({ what: 'ended' as const, kind })),
  ...validOf(after)
    .filter((one) => !isAmong(validOf(before), one))
    .map(({ kind }) => ({ what: 'begun' as const, kind })),
]
