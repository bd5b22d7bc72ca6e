/** Every scenario there is: the required use cases in the order of the plan, then the others. */
import { caDrill } from './ca-drill/index.ts'
import { cableTv } from './cable-tv/index.ts'
import { changeConfirmation } from './change-confirmation/index.ts'
import { clinic } from './clinic/index.ts'
import type { Scenario } from './scenario.ts'

export const catalogue: Scenario[] = [cableTv, clinic, changeConfirmation, caDrill]

/** What `npm start` plays. */
export const required = catalogue.filter((scenario) => scenario.required === true)
