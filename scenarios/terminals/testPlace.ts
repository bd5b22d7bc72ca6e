/** A world with a few people in it and the terminals they use, for tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hc } from 'hono/client'
import { journalTable } from '../../sim/core/journal.ts'
import { answersTable } from '../../sim/core/answers.ts'
import { createFront } from '../../sim/front.ts'
import type { CatvApp } from '../../sim/catv/index.ts'
import type { ClinicApp } from '../../sim/clinic/index.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import type { SubscriptionApp } from '../../sim/subscription/index.ts'
import { createWorld } from '../../sim/world.ts'
import { found } from '../acts/founding.ts'
import { personOf } from '../people.ts'
import { createSeedControls } from '../seeds/controls.ts'
import { createStage, type Stage } from '../stage.ts'
import { createTerminals, type TerminalsApp, withTerminals } from './index.ts'

/** `cast` are founded, as `establish` does it, and can be played. */
export const createPlace = async (
  cast: string[],
  establish: (stage: Stage) => Promise<void> = (stage) => found(stage, cast),
) => {
  const folder = mkdtempSync(join(tmpdir(), 'terminals-'))
  const world = await createWorld({ folder, seed: 'terminals', mode: 'virtual' }).catch((error: unknown) => {
    rmSync(folder, { recursive: true })
    throw error
  })
  const remove = async () => {
    await world.close()
    rmSync(folder, { recursive: true })
  }
  const { stage, playCase } = createStage(world, () => undefined)
  const founded = await playCase('founding', { ja: '準備', en: 'Preparation' }, () => establish(stage))
  if (!founded.passed) {
    await remove()
    throw new Error('the founding failed')
  }

  /** As the front serves them; called again, they are as after a restart. */
  const open = () => {
    const made = createTerminals(world, cast.map(personOf))
    const controls = [createSeedControls(world, made.registry)]
    const front = createFront(withTerminals(world.local, world.people, made), { controls })
    const request = (path: string, init?: RequestInit) => Promise.resolve(front.request(path, init))
    /** As a browser on the front's port speaks to a party. */
    const party = <App extends TerminalsApp | CatvApp | ClinicApp | MunicipalityApp | SubscriptionApp>(id: string) =>
      hc<App>(`http://front/${id}`, {
        fetch: (input: string | URL | Request, init?: RequestInit) =>
          request(String(input instanceof Request ? input.url : input).replace('http://front', ''), init),
      })
    return { party, terminals: party<TerminalsApp>('people'), request }
  }

  return {
    ...open(),
    reopen: open,
    world,
    stage,
    /** What the people’s own database keeps of what was said: contents of messages, and answers for repeated requests. */
    kept: async () => [
      ...(await world.people.store.read.select().from(journalTable)).map(({ aside }) => aside),
      ...(await world.people.store.read.select().from(answersTable)).map(({ body }) => body.toString()),
    ],
    remove,
  }
}

export type Place = Awaited<ReturnType<typeof createPlace>>
