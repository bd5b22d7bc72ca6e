/** A real server for tests in a browser: a world with residents, runs of the smallest scenario, the evaluation API and the built portal. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { found } from '../../scenarios/acts/founding.ts'
import { catalogue } from '../../scenarios/catalogue.ts'
import { describeScenario } from '../../scenarios/evaluation.ts'
import { people } from '../../scenarios/people.ts'
import { createPlays } from '../../scenarios/plays.ts'
import { nameRun, runScenario } from '../../scenarios/runner.ts'
import { createStage } from '../../scenarios/stage.ts'
import { listen } from '../../sim/core/server.ts'
import { createEvaluation } from '../../sim/evaluation/index.ts'
import { createFront } from '../../sim/front.ts'
import { createWorld } from '../../sim/world.ts'
import { createPortal } from '../serve.ts'

const dist = join(import.meta.dirname, '..', 'dist')

export type TestServer = { url: string; runs: [string, string]; close(): Promise<void> }

/** Two runs of `clinic` that differ in one variable; on any free port unless one is given. */
export const startServer = async ({ port = 0 }: { port?: number } = {}): Promise<TestServer> => {
  if (!existsSync(join(dist, 'index.html'))) throw new Error('build the portal first: vite build portal-dashboard')
  const folder = mkdtempSync(join(tmpdir(), 'portal-e2e-'))
  // a build made meanwhile must not change what is being tested
  cpSync(dist, join(folder, 'portal'), { recursive: true })
  const runsFolder = join(folder, 'runs')
  const clinic = catalogue.find(({ id }) => id === 'clinic')
  if (clinic === undefined) throw new Error('there is no scenario clinic')
  const played: string[] = []
  for (const variables of [{}, { revocation: 'crl' as const }]) {
    const run = nameRun(clinic.id)
    await runScenario(clinic, { seed: '1', folder: join(runsFolder, run), variables })
    played.push(run)
  }
  const world = await createWorld({ folder: join(folder, 'world'), seed: 'world', mode: 'interactive' })
  const { stage, playCase } = createStage(world, () => undefined)
  await playCase('founding', { ja: '準備', en: 'Preparation' }, () =>
    found(
      stage,
      people.map(({ id }) => id),
    ),
  )
  const plays = createPlays({ runsFolder, catalogue })
  const { local, parties, variables, seed } = world
  const evaluation = createEvaluation({
    world: { local, parties, variables, folder: world.folder, seed, openedAt: world.clock.now() },
    runsFolder,
    scenarios: catalogue.map(describeScenario),
    plays,
  })
  const pages = new Hono()
  pages.route('/evaluation', new Hono().route('/', evaluation.app))
  pages.route('/', createPortal(join(folder, 'portal')))
  const server = await listen(createFront(local, { pages }), { host: '127.0.0.1', port })
  const [first = '', second = ''] = played
  return {
    url: server.url,
    runs: [first, second],
    close: async () => {
      await plays.close()
      await server.close()
      evaluation.close()
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
