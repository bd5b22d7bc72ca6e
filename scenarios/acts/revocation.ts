/** How long it takes until a loss reported at the counter can be known at the platform, and waiting for it. */
import { DAY, HOUR, MINUTE } from '../../sim/core/clock.ts'
import type { Stage } from '../stage.ts'

/** The lists of the day are published at 03:00 in Japan (assumed), which is 18:00 UTC. */
const publicationMs = 18 * HOUR

/** From `at` (Unix ms) until the next instant of the form k · `period` + `offset`. */
const untilNext = (at: number, periodMs: number, offsetMs = 0) =>
  periodMs - ((((at - offsetMs) % periodMs) + periodMs) % periodMs)

/** The longest delay before the platform can know of what is reported now, by the way it learns of revocations. */
export const revocationDelay = (stage: Stage): number => {
  const { revocation, residentNetworkDelayMs } = stage.world.variables
  const revokedAt = stage.now() + residentNetworkDelayMs
  const published = revocation === 'crl' ? untilNext(revokedAt, DAY, publicationMs) : 15 * MINUTE
  return residentNetworkDelayMs + published + MINUTE
}

/** Let that time go by. */
export const waitForRevocation = (stage: Stage) => stage.advance(revocationDelay(stage))
