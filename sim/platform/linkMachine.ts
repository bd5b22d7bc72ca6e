/** The life of a link (紐付け) from a person to a number at an insurer or card issuer: active until another one replaces it. */
import { setup } from 'xstate'
import { effect } from '../core/actors.ts'
import type { LinkPurpose } from '../messages/verification.ts'

export type Link = {
  subjectId: string
  purpose: LinkPurpose
  holder: string
  reference: string
  /** The link this one takes the place of: a person has one at a time for each purpose. */
  replaces?: string
}

export const linkMachine = setup({
  types: { context: {} as Link, events: {} as { type: 'link.replaced' }, input: {} as Link },
  actions: { retireEarlier: effect() },
}).createMachine({
  id: 'link',
  context: ({ input }) => input,
  initial: 'active',
  states: {
    active: { entry: 'retireEarlier', on: { 'link.replaced': 'replaced' } },
    replaced: { type: 'final' },
  },
})
