/** A real server for playing at the desks: a small open world with terminals and the management app, the evaluation API, and the built portal. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { signUp } from '../../scenarios/acts/contracting.ts'
import { loseCard, moveWithin } from '../../scenarios/acts/counter.ts'
import { found } from '../../scenarios/acts/founding.ts'
import { linkAll } from '../../scenarios/acts/linking.ts'
import { catalogue } from '../../scenarios/catalogue.ts'
import { describeScenario } from '../../scenarios/evaluation.ts'
import { createPlays } from '../../scenarios/plays.ts'
import { nameRun, runScenario } from '../../scenarios/runner.ts'
import { createSeedControls } from '../../scenarios/seeds/controls.ts'
import { createStage } from '../../scenarios/stage.ts'
import { createTerminals, withTerminals } from '../../scenarios/terminals/index.ts'
import { HOUR } from '../../sim/core/clock.ts'
import { listen } from '../../sim/core/server.ts'
import { createEvaluation } from '../../sim/evaluation/index.ts'
import { createFront } from '../../sim/front.ts'
import type { Variables } from '../../sim/variables.ts'
import { createWorld } from '../../sim/world.ts'
import { createPortal } from '../serve.ts'

const dist = join(import.meta.dirname, '..', 'dist')

/** Nothing unusual · PIN to block · card lost · payment refused · moves · has moved, and has been found · no card · not linked. */
const cast = ['taro', 'ichiro', 'misaki', 'okane', 'wataru', 'henji', 'nocard', 'hajime']
const linked = cast.filter((id) => id !== 'nocard' && id !== 'hajime')

/** `runs`: names of those that were played beforehand. */
export type OpenWorldServer = { url: string; runs: string[]; close(): Promise<void> }

const playClinic = async (folder: string, variables: Partial<Variables>) => {
  const clinic = catalogue.find(({ id }) => id === 'clinic')
  if (clinic === undefined) throw new Error('there is no scenario clinic')
  const run = nameRun(clinic.id)
  await runScenario(clinic, { seed: '1', folder: join(folder, run), variables })
  return run
}

/** On any free port unless one is given; `clinic` is played with each of these variables first. Everything is gone when it is closed. */
export const startOpenWorld = async ({
  port = 0,
  clinic = [],
}: { port?: number; clinic?: Partial<Variables>[] } = {}): Promise<OpenWorldServer> => {
  if (!existsSync(join(dist, 'index.html'))) throw new Error('build the portal first: vite build portal-dashboard')
  const folder = mkdtempSync(join(tmpdir(), 'portal-desks-'))
  // a build made meanwhile must not change what is being tested
  cpSync(dist, join(folder, 'portal'), { recursive: true })
  const runs: string[] = []
  for (const variables of clinic) runs.push(await playClinic(join(folder, 'runs'), variables))
  const world = await createWorld({ folder: join(folder, 'world'), seed: 'desks', mode: 'interactive' })
  const { stage, playCase } = createStage(world, () => undefined)
  const founded = await playCase('founding', { ja: '準備', en: 'Preparation' }, async () => {
    await found(stage, cast)
    await linkAll(stage, linked)
    for (const person of ['taro', 'wataru', 'henji'])
      await signUp(stage, person, { provider: 'mobile-sora', service: 'mobile' })
    await loseCard(stage, 'misaki')
    await moveWithin(stage, 'henji', '見本県潮騒市丘の上一丁目２番３号')
    await stage.advance(2 * HOUR)
  })
  if (!founded.passed) throw new Error('the founding failed')
  const plays = createPlays({ runsFolder: join(folder, 'runs'), catalogue })
  const { local, parties, variables, seed } = world
  const evaluation = createEvaluation({
    world: { local, parties, variables, folder: world.folder, seed, openedAt: world.clock.now() },
    runsFolder: join(folder, 'runs'),
    scenarios: catalogue.map(describeScenario),
    plays,
  })
  const pages = new Hono()
  pages.route('/evaluation', new Hono().route('/', evaluation.app))
  pages.route('/', createPortal(join(folder, 'portal')))
  const terminals = createTerminals(world)
  const served = withTerminals(local, world.people, terminals)
  const controls = [createSeedControls(world, terminals.registry)]
  const server = await listen(createFront(served, { pages, controls }), { host: '127.0.0.1', port })
  return {
    url: server.url,
    runs,
    close: async () => {
      await plays.close()
      await server.close()
      evaluation.close()
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
