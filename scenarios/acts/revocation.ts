/** How long it takes until a loss reported at the counter can be known at the platform, and waiting for it. */
import { DAY, HOUR, MINUTE } from '../../sim/core/clock.ts'
import type { Stage } from '../stage.ts'

/** The lists of the day are published at 03:00 in Japan (assumed), which is 18:00 UTC. */
const publicationMs = 18 * HOUR

/** From `at` (Unix ms) until the next instant of the form k · `periodMs` + `offsetMs`. */
const untilNext = (at: number, periodMs: number, offsetMs = 0) =>
  periodMs - ((((at - offsetMs) % periodMs) + periodMs) % periodMs)

/**
 * The longest wait for each way. OCSP data are renewed every 15 minutes (Digital Agency, introduction to JPKI, section 5.1.2), snapshots
 * as often and delta lists hourly (both assumed); what the platform fetched may be as old again.
 */
const longestWait = { ocsp: 15 * MINUTE, snapshot: 30 * MINUTE, delta: 2 * HOUR }

/** The longest delay before the platform can know of what is reported now. */
const revocationDelay = (stage: Stage): number => {
  const { revocation, residentNetworkDelayMs } = stage.world.variables
  const revokedAt = stage.now() + residentNetworkDelayMs
  const published = revocation === 'crl' ? untilNext(revokedAt, DAY, publicationMs) : longestWait[revocation]
  return residentNetworkDelayMs + published + MINUTE
}

/** Let that time go by. */
export const waitForRevocation = (stage: Stage) => stage.advance(revocationDelay(stage))
