/** A process that plays one scenario and tells its parent how it goes; it ends after the current step when told to, or left alone. */
import type { Variables } from '../sim/variables.ts'
import { catalogue } from './catalogue.ts'
import { runScenario } from './runner.ts'
import type { Told } from './stage.ts'

/** Parent to child: what to play, once. Then `cancel`, at most once. */
export type PlayOrder = { scenario: string; seed: string; variables: Partial<Variables>; folder: string }

type Text = { ja: string; en: string }

/** Child to parent. */
export type PlayNews =
  | { type: 'case'; title: Text }
  | { type: 'step'; text: Text; at: number; held: boolean; failure: string | null }
  | { type: 'case-done'; passed: boolean }
  | { type: 'done'; passed: boolean }

/** How a play that was cancelled ends. */
export const cancelledCode = 10

const newsOf = (told: Told): PlayNews => {
  if (told.type === 'case') return told
  if (told.type === 'case-done') return { type: 'case-done', passed: told.result.passed }
  const { text, at, failure = null, expectations } = told.step
  return { type: 'step', text, at, failure, held: failure === null && expectations.every(({ held }) => held) }
}

const isOrder = (message: unknown): message is PlayOrder =>
  typeof message === 'object' && message !== null && 'scenario' in message && 'folder' in message

const send = (news: PlayNews) =>
  new Promise<void>((sent) => {
    if (process.send === undefined || !process.connected) sent()
    else process.send(news, () => sent())
  })

let ending = false

/** Between two steps nothing is under way and everything that happened is on disk, so that ending here leaves nothing half done. */
const tell = (told: Told) => {
  if (ending && told.type !== 'case-done') process.exit(cancelledCode)
  void send(newsOf(told))
}

const play = async ({ scenario: id, seed, variables, folder }: PlayOrder) => {
  const scenario = catalogue.find((one) => one.id === id)
  if (scenario === undefined) throw new Error(`there is no scenario ${id}`)
  const { passed } = await runScenario(scenario, { seed, variables, folder, tell })
  await send({ type: 'done', passed })
  process.exit(0)
}

if (process.send !== undefined) {
  process.on('disconnect', () => {
    ending = true
  })
  process.on('message', (message) => {
    if (message === 'cancel') ending = true
    else if (isOrder(message))
      play(message).catch((error: unknown) => {
        console.error(error)
        process.exit(1)
      })
  })
}
