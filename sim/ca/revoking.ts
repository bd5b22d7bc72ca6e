/** Revokes residents' certificates and tells how they stand; the first reason holds, whatever is asked later. */
import type { z } from 'zod'
import type { ActorKind, Effect, State } from '../core/actors.ts'
import { SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { certificateState } from '../messages/certificate.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { partitionOf } from './crlPublication.ts'
import type { certificateMachine } from './machine.ts'
import type { CaStore } from './store.ts'

type Machine = typeof certificateMachine
type Named = { kind: CertificateKind; serialNumber: string }
type Parts = { store: CaStore; certificates: ActorKind<Machine> }

const view = ({ state, context }: State<Machine>): z.output<typeof certificateState> => {
  const { kind, serialNumber, notAfter, reason, revocationDate } = context
  return {
    serialNumber,
    kind,
    certStatus: state === 'revoked' ? 'revoked' : 'good',
    ...(reason !== undefined && { reason }),
    ...(revocationDate !== undefined && { revocationDate }),
    notAfter,
  }
}

/** Enters a revocation into the table that OCSP answers and CRLs are made from. */
export const revocationEffects = (store: CaStore): Record<string, Effect<Machine>> => ({
  enterRevocation: async ({ context: { kind, serialNumber, municipality, notAfter, reason, revocationDate } }) => {
    if (reason === undefined || revocationDate === undefined) throw new Error(`${serialNumber} is not revoked`)
    const partition = partitionOf(kind, municipality)
    await store.enterRevocation({ kind, serialNumber, partition, revocationDate, reason, notAfter })
  },
})

export const createRevoking = (site: Site, { store, certificates }: Parts) => {
  const find = async ({ kind, serialNumber }: Named) => {
    const issued = await store.find(kind, serialNumber)
    if (issued === undefined)
      throw new Problem(404, 'no-such-certificate', `there is no ${kind} certificate ${serialNumber}`)
    const { cardId, notAfter, municipality } = issued
    return certificates.start(`${kind}-${serialNumber}`, { kind, serialNumber, cardId, notAfter, municipality })
  }

  const revoke = async (named: Named, reason: RevocationReason, requestId: string) => {
    const { id, done } = await find(named)
    if (done) return view(await certificates.get(id))
    const at = Math.floor(site.clock.now() / SECOND) * SECOND
    try {
      return view(await certificates.send(id, { type: 'certificate.revoked', reason, at }, requestId))
    } catch (error) {
      // somebody else revoked it meanwhile
      if (!(error instanceof Problem) || error.status !== 409) throw error
      return view(await certificates.get(id))
    }
  }

  return { revoke, stateOf: async (named: Named) => view(await find(named)) }
}

export type Revoke = ReturnType<typeof createRevoking>['revoke']
