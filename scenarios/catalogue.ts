/** Every scenario there is, in the order of the plan. */
import { cableTv } from './cable-tv.ts'
import { changeConfirmation } from './change-confirmation.ts'
import { clinic } from './clinic.ts'
import type { Scenario } from './scenario.ts'

export const catalogue: Scenario[] = [cableTv, clinic, changeConfirmation]
