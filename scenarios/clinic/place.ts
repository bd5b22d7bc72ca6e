/** The two clinics of the story, and what card issuers know of their payments. */
import { answer } from '../../sim/core/network.ts'
import type { PaymentApp } from '../../sim/payment/index.ts'
import type { Stage } from '../stage.ts'

export const sakura = 'clinic-sakura'

export const kaede = 'clinic-kaede'

export const paymentsAt = async (stage: Stage, clinic: string, issuer: string, merchantReference: string) => {
  const { payments } = await answer(
    stage.world.connectAs(clinic)<PaymentApp>(issuer).payments.$get({ query: { merchantReference } }),
  )
  return payments.map(({ state, capturedYen, refundedYen }) => ({ state, capturedYen, refundedYen }))
}
