/** The life of an insured person (被保険者) at one insurer: insured until the qualification (資格) is lost. */
import { assign, setup } from 'xstate'
import type { z } from 'zod'
import type { insuredPerson, qualificationLoss } from '../messages/insurance.ts'

export type Registration = z.output<typeof insuredPerson>
export type Loss = z.output<typeof qualificationLoss>
export type Insured = { registration: Registration; loss?: Loss }

export const insuredPersonMachine = setup({
  types: {
    context: {} as Insured,
    events: {} as { type: 'qualification.lost'; loss: Loss },
    input: {} as Registration,
  },
  actions: { noteLoss: assign({ loss: ({ event }) => event.loss }) },
}).createMachine({
  id: 'insuredPerson',
  context: ({ input }) => ({ registration: input }),
  initial: 'insured',
  states: {
    insured: { on: { 'qualification.lost': { target: 'lost', actions: 'noteLoss' } } },
    // A second report completes or corrects the first: the next insurer is often known only later.
    lost: { on: { 'qualification.lost': { actions: 'noteLoss' } } },
  },
})
