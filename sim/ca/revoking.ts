/** Revokes residents' certificates and tells how they stand; the first reason holds, whatever is asked later. */
import type { z } from 'zod'
import type { ActorKind, Effect, State } from '../core/actors.ts'
import { SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { certificateState } from '../messages/certificate.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { partitionOf } from './crlSchedule.ts'
import type { certificateMachine } from './machine.ts'
import type { CaStore, IssuedRow } from './store.ts'

type Machine = typeof certificateMachine
type Named = { kind: CertificateKind; serialNumber: string }
type Parts = { store: CaStore; certificates: ActorKind<Machine> }

const view = (
  { state, context }: State<Machine>,
  { medium, generation }: IssuedRow,
): z.output<typeof certificateState> => {
  const { kind, serialNumber, notAfter, reason, revocationDate } = context
  return {
    ...{ serialNumber, kind, medium, generation },
    certStatus: state === 'revoked' ? 'revoked' : 'good',
    ...(reason !== undefined && { reason }),
    ...(revocationDate !== undefined && { revocationDate }),
    notAfter,
  }
}

/**
 * Enters a revocation into the table that OCSP answers and CRLs are made from. With a card's certificate those of smartphones that hang
 * on it are revoked for the same reason (assumed: J-LIS has not published how they hang together).
 */
export const revocationEffects = (
  store: CaStore,
  revokeToo: (named: Named, reason: RevocationReason, requestId: string) => Promise<unknown>,
): Record<string, Effect<Machine>> => ({
  enterRevocation: async ({ context, requestId }) => {
    const { kind, serialNumber, municipality, generation, notAfter, reason, revocationDate } = context
    if (reason === undefined || revocationDate === undefined) throw new Error(`${serialNumber} is not revoked`)
    const partition = partitionOf(kind, municipality)
    await store.enterRevocations([{ kind, serialNumber, generation, partition, revocationDate, reason, notAfter }])
    for (const dependent of await store.ofParent(kind, serialNumber)) await revokeToo(dependent, reason, requestId)
  },
})

export const createRevoking = (site: Site, { store, certificates }: Parts) => {
  const rowOf = async ({ kind, serialNumber }: Named): Promise<IssuedRow> => {
    const issued = await store.find(kind, serialNumber)
    if (issued !== undefined) return issued
    throw new Problem(404, 'no-such-certificate', `there is no ${kind} certificate ${serialNumber}`)
  }

  /** Its life as it is now. One that was revoked with a whole generation learns of it here. */
  const lifeOf = async (row: IssuedRow): Promise<State<Machine>> => {
    const { kind, serialNumber, cardId, notAfter, municipality, generation } = row
    const id = `${kind}-${serialNumber}`
    const life = await certificates.start(id, { kind, serialNumber, cardId, notAfter, municipality, generation })
    const entered = life.done ? undefined : await store.revocationOf(kind, serialNumber)
    if (entered === undefined) return life
    return tell(id, { reason: entered.reason, at: entered.revocationDate })
  }

  const tell = async (id: string, of: { reason: RevocationReason; at: number }, requestId?: string) => {
    try {
      return await certificates.send(id, { type: 'certificate.revoked', ...of }, requestId)
    } catch (error) {
      // somebody else revoked it meanwhile
      if (!(error instanceof Problem) || error.status !== 409) throw error
      return certificates.get(id)
    }
  }

  const revoke = async (named: Named, reason: RevocationReason, requestId: string) => {
    const row = await rowOf(named)
    const life = await lifeOf(row)
    if (life.done) return view(life, row)
    const at = Math.floor(site.clock.now() / SECOND) * SECOND
    return view(await tell(life.id, { reason, at }, requestId), row)
  }

  return {
    revoke,
    stateOf: async (named: Named) => {
      const row = await rowOf(named)
      return view(await lifeOf(row), row)
    },
  }
}

export type Revoke = ReturnType<typeof createRevoking>['revoke']
