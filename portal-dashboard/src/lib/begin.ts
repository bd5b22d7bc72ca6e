/** Begins a play of a scenario and goes to watch it. */
import { m } from '../paraglide/messages.js'
import { addressOf } from './addresses.ts'
import { evaluation } from './evaluation.ts'
import { explain } from './explain.ts'
import { asFailure } from './failure.ts'
import { language } from './language.svelte.ts'
import { notify } from './notices.svelte.ts'
import { goTo } from './router.svelte.ts'

/** With the standard seed and variables unless told otherwise. */
export const beginPlay = async (scenario: string, seed = '1') => {
  try {
    const { run } = await evaluation.play({ scenario, seed, variables: {} })
    await goTo(addressOf('stage', { run }))
  } catch (error) {
    const { title, advice } = explain(asFailure(error), language())
    notify('bad', m.play_failed({ title, advice }))
  }
}
