/** Every scenario there is, in the order of the plan. */
import { cableTv } from './cable-tv/index.ts'
import { changeConfirmation } from './change-confirmation/index.ts'
import { clinic } from './clinic/index.ts'
import type { Scenario } from './scenario.ts'

export const catalogue: Scenario[] = [cableTv, clinic, changeConfirmation]
