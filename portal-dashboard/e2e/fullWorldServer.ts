/** A real server for tests of the rooms people play in: the open world as `npm start` founds it, terminals, seeds, and the built portal. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { foundOpenWorld, openingLeadMs } from '../../scenarios/acts/opening.ts'
import { createPlays } from '../../scenarios/plays.ts'
import { createSeedControls } from '../../scenarios/seeds/controls.ts'
import { createStage } from '../../scenarios/stage.ts'
import { createTerminals, withTerminals } from '../../scenarios/terminals/index.ts'
import { createClock } from '../../sim/core/clock.ts'
import { listen } from '../../sim/core/server.ts'
import { createEvaluation } from '../../sim/evaluation/index.ts'
import { createFront } from '../../sim/front.ts'
import { createWorld } from '../../sim/world.ts'
import { createPortal } from '../serve.ts'

const dist = join(import.meta.dirname, '..', 'dist')

export type FullWorldServer = { url: string; close(): Promise<void> }

/** On any free port unless one is given; `portal` serves the pages, the built ones unless told otherwise. */
export const startFullWorld = async ({
  port = 0,
  portal,
}: { port?: number; portal?: Hono } = {}): Promise<FullWorldServer> => {
  if (portal === undefined && !existsSync(join(dist, 'index.html')))
    throw new Error('build the portal first: vite build portal-dashboard')
  const folder = mkdtempSync(join(tmpdir(), 'portal-open-'))
  const startAt = createClock({ mode: 'real' }).now() - openingLeadMs
  const world = await createWorld({ folder: join(folder, 'world'), seed: 'world', mode: 'interactive', startAt })
  const { stage, playCase } = createStage(world, () => undefined)
  const founded = await playCase('founding', { ja: '準備', en: 'Preparation' }, () => foundOpenWorld(stage))
  if (!founded.passed) throw new Error('the founding failed')
  const terminals = createTerminals(world)
  const served = withTerminals(world.local, world.people, terminals)
  const runsFolder = join(folder, 'runs')
  const plays = createPlays({ runsFolder, catalogue: [] })
  const { local, parties, variables, seed } = world
  const openedAt = world.clock.now()
  const evaluation = createEvaluation({
    world: { local, parties, variables, folder: world.folder, seed, openedAt },
    runsFolder,
    scenarios: [],
    plays,
  })
  const pages = new Hono()
  pages.route('/evaluation', new Hono().route('/', evaluation.app))
  pages.route('/', portal ?? createPortal(dist))
  const controls = [createSeedControls(world, terminals.registry)]
  const server = await listen(createFront(served, { pages, controls }), { host: '127.0.0.1', port })
  return {
    url: server.url,
    close: async () => {
      await plays.close()
      await server.close()
      evaluation.close()
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
