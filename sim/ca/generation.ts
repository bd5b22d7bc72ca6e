/** What the authority's own staff order of its keys: a new generation (rollover), and the drill in which one is declared compromised. */
import type { Effect } from '../core/actors.ts'
import { SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { pause } from '../pki/crlStreamPause.ts'
import { certificateKinds, type CertificateKind } from '../pki/profile.ts'
import { publishAnchor, withdrawAnchor } from '../pki/trustFolder.ts'
import type { Authorities, Generation } from './authority.ts'
import { partitionOf } from './crlSchedule.ts'
import { generationMachine } from './generationMachine.ts'
import type { CaStore } from './store.ts'

/** Certificates entered in one transaction when a whole generation is revoked (assumed). */
const revokedAtOnce = 2_000

type Parts = {
  store: CaStore
  authorities: Authorities
  /** Where anchors are laid for verifiers; they come from nowhere else. */
  trustFolder?: string
  /** Sign all that is left to be said under this key: the last lists, and the delegate that answers from now on. */
  sayLast(generation: Generation, at: number): Promise<void>
}

export const createGenerations = async (site: Site, { store, authorities, trustFolder, sayLast }: Parts) => {
  const publish = ({ kind, generation, der }: Generation) => {
    if (trustFolder !== undefined) publishAnchor(trustFolder, { kind, generation, certificate: der })
  }

  const enterState = async (of: Generation, state: Generation['state']) => {
    await store.setGenerationState(of, state)
    of.state = state
  }

  /** Go once through all that was issued; whether anything was left to revoke. */
  const revokeOnce = async (of: Generation, at: number): Promise<boolean> => {
    const { kind, generation } = of
    let found = false
    for (let after: string | undefined = ''; after !== undefined;) {
      const rows = await store.issuedAfter(of, after, revokedAtOnce)
      const left = rows.filter(({ revokedAt, notAfter }) => revokedAt === null && notAfter > at)
      const revocations = left.map(({ serialNumber, municipality, notAfter }) => ({
        ...{ kind, generation, serialNumber, notAfter, partition: partitionOf(kind, municipality) },
        ...{ revocationDate: at, reason: 'cACompromise' as const },
      }))
      if (revocations.length > 0) await store.enterRevocations(revocations)
      else await pause()
      found ||= revocations.length > 0
      after = rows.at(-1)?.serialNumber
    }
    return found
  }

  /** A phone's certificate goes with its card's, whichever key signed it (assumed, as in revoking.ts). */
  const revokeDependents = async (of: Generation, at: number) => {
    const { kind } = of
    for (;;) {
      const rows = await store.dependentsElsewhere(of, revokedAtOnce)
      if (rows.length === 0) return
      await store.enterRevocations(
        rows.map(({ generation, serialNumber, municipality, notAfter }) => ({
          ...{ kind, generation, serialNumber, notAfter, partition: partitionOf(kind, municipality) },
          ...{ revocationDate: at, reason: 'cACompromise' as const },
        })),
      )
    }
  }

  type Work = Effect<typeof generationMachine>
  const effects: Record<string, Work> = {
    publishAnchor: async ({ context: { kind, generation } }) => publish(authorities.of(kind, generation)),
    retire: async ({ context: { kind, generation } }) => enterState(authorities.of(kind, generation), 'old'),
    withdrawAnchor: async ({ context }) => {
      if (trustFolder !== undefined) withdrawAnchor(trustFolder, context)
      await enterState(authorities.of(context.kind, context.generation), 'compromised')
    },
    /**
     * Every certificate of the generation is revoked with cACompromise. The last list says so under the compromised key itself: who has
     * not heard of it yet fails safe, and who has trusts nothing under that key any more. Then the key is destroyed.
     */
    revokeAll: async ({ context: { kind, generation, compromisedAt = 0 } }) => {
      const of = authorities.of(kind, generation)
      // one may have been issued with a lower serial number meanwhile: done is who finds nothing left from the beginning
      while (await revokeOnce(of, compromisedAt));
      await revokeDependents(of, compromisedAt)
      if (of.authority === undefined) return
      await sayLast(of, compromisedAt)
      await store.destroyKey(of)
      delete of.authority
    },
  }
  const lives = site.actors.define('generation', generationMachine, effects)
  const idOf = ({ kind, generation }: Generation) => `${kind}-${generation}`

  /** All but the newest are followed by another: also where a crash came between founding and telling. */
  const settle = async (kind: CertificateKind) => {
    const [newest, ...others] = authorities.list(kind)
    for (const of of others.reverse()) {
      const { state } = await lives.start(idOf(of), { kind, generation: of.generation })
      if (state === 'current') await lives.send(idOf(of), { type: 'generation.followed' })
    }
    if (newest !== undefined) await lives.start(idOf(newest), { kind, generation: newest.generation })
  }

  for (const kind of certificateKinds) {
    await settle(kind)
    for (const of of authorities.list(kind)) if (of.state !== 'compromised') publish(of)
  }

  return {
    /** A new key under the same name. Those before live on: what they issued stays valid, and they go on saying how it stands. */
    rollOver: async (kind: CertificateKind, requestKey: string): Promise<Generation> => {
      const made = await authorities.foundFor(kind, requestKey)
      await settle(kind)
      return made
    },
    /** Repeated, it changes nothing. */
    declareCompromised: async (kind: CertificateKind, generation: number, requestKey: string): Promise<Generation> => {
      const of = authorities.of(kind, generation)
      const at = Math.floor(site.clock.now() / SECOND) * SECOND
      try {
        await lives.send(idOf(of), { type: 'generation.compromised', at }, requestKey)
      } catch (error) {
        // it was declared before
        if (!(error instanceof Problem) || error.status !== 409) throw error
      }
      return of
    },
  }
}

export type Generations = Awaited<ReturnType<typeof createGenerations>>
