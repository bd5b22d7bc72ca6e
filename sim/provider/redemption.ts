/** Redeeming a ticket at the platform: whom a provider is asking about, if the person consented to it. */
import { answer, once, Unreachable } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { LinkPurpose } from '../messages/verification.ts'
import type { PlatformApp } from '../platform/index.ts'

/**
 * The number linked for `purpose` behind a ticket that `bearer` presents; undefined when the platform refuses it.
 * A platform that cannot be asked is a 503 or 502 problem: the provider may ask again with the same request id.
 */
export const createRedemption =
  (site: Site, purpose: LinkPurpose) =>
  async (of: { ticket: string; bearer: string; requestId: string }): Promise<string | undefined> => {
    const { ticket, bearer, requestId } = of
    const platform = site.network.connect<PlatformApp>('platform')
    try {
      const redeemed = await answer(platform['ticket-redemptions'].$post({ json: { ticket, bearer } }, once(requestId)))
      return redeemed.outcome === 'valid' && redeemed.purpose === purpose ? redeemed.reference : undefined
    } catch (cause) {
      const untold = 'the ticket could not be checked'
      if (cause instanceof Unreachable)
        throw new Problem(503, 'platform-unreachable', `${untold}: no answer from the platform`, { cause })
      if (cause instanceof Problem)
        throw new Problem(502, 'platform-failed', `${untold}: the platform answered ${cause.status}`, { cause })
      throw cause
    }
  }

export type Redeem = ReturnType<typeof createRedemption>
