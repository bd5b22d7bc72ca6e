/** What a session asks of the platform and of the viewer's insurer, and what it notes in the viewer register. */
import type { Effect } from '../core/actors.ts'
import { answer, once } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { InsurerApp } from '../insurer/index.ts'
import type { PlatformApp } from '../platform/index.ts'
import { attempt } from '../core/attempt.ts'
import type { session } from './machine.ts'
import type { Register } from './store.ts'

export const createEffects = (site: Site, register: Register): Record<string, Effect<typeof session>> => {
  const platform = site.network.connect<PlatformApp>('platform')
  const now = () => site.clock.now()

  return {
    authenticate: async ({ params, requestId }) => {
      const json = { ...params, ask: ['health-insurance'] }
      const asked = await attempt(answer(platform.authentications.$post({ json }, once(requestId))))
      const at = now()
      if (asked.outcome === 'silent') return { type: 'platform.silent', at }
      if (asked.outcome === 'refused') return { type: 'viewer.refused', reason: 'malformed', at }
      if (asked.value.outcome === 'refused') return { type: 'viewer.refused', reason: asked.value.reason, at }
      const { accountId, tickets, missing } = asked.value
      const ticket = tickets.find(({ purpose }) => purpose === 'health-insurance')
      const lacks = missing.find(({ purpose }) => purpose === 'health-insurance')?.lacks
      return { type: 'viewer.accepted', accountId, ticket, lacks, at }
    },

    noteViewer: ({ context, params }) => register.noteViewer(params.accountId, context.subscriberNumber, now()),

    fetchHealth: async ({ params: { audience, ticket }, requestId }) => {
      const insurer = site.network.connect<InsurerApp>(audience)
      const asked = await attempt(answer(insurer['health-information'].$post({ json: { ticket } }, once(requestId))))
      const at = now()
      if (asked.outcome === 'silent') return { type: 'insurer.silent', at }
      if (asked.outcome === 'refused') return { type: 'health.refused', reason: asked.reason, at }
      if (asked.value.outcome === 'refused') return { type: 'health.refused', reason: asked.value.reason, at }
      const { outcome: _, ...health } = asked.value
      return { type: 'health.received', health, at }
    },
  }
}
