/** The evaluation API as one app: all its routes, their description, and refusals as problem documents. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { generateSpecs } from 'hono-openapi'
import { HTTPException } from 'hono/http-exception'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { createCostRoutes } from './costRoutes.ts'
import { createEventRoutes } from './eventRoutes.ts'
import { Unreadable } from './journalFile.ts'
import { createPictureRoutes } from './pictureRoutes.ts'
import { createPlayRoutes } from './playRoutes.ts'
import type { Plays, ScenarioDescription } from './plays.ts'
import { ShownProblem, shown } from './problem.ts'
import { createRunRoutes } from './runRoutes.ts'
import type { Runs } from './runs.ts'
import { createTallies } from './tallies.ts'
import { createWorldRoutes } from './worldRoutes.ts'
import type { OpenWorld } from './worldState.ts'

/** What is posted here names a scenario and a few variables (assumed). */
const maxBodyBytes = 16 * 1024

export type AppParts = {
  world: OpenWorld | undefined
  runs: Runs
  plays: Plays
  scenarios: readonly ScenarioDescription[]
  /** Real time. */
  clock: Clock
  report(error: unknown): void
}

const asShown = (error: unknown, report: AppParts['report']): ShownProblem => {
  if (error instanceof Problem) return shown(error)
  if (error instanceof HTTPException)
    return new ShownProblem(error.status, 'bad-request', {
      ja: '要求を読み取れません',
      en: 'the request cannot be read',
    })
  if (error instanceof Unreadable)
    return new ShownProblem(500, 'damaged-journal', {
      ja: `この実行記録のデータベースが壊れています（${error.message}）。別の実行を選ぶか、もう一度実行してください`,
      en: `a database of this run is damaged (${error.message}): choose another run, or play it again`,
    })
  report(error)
  return new ShownProblem(500, 'bug', {
    ja: '評価 API が失敗しました。ログに理由があります',
    en: 'the evaluation API failed; its log says why',
  })
}

const noSuchRoute = () =>
  new ShownProblem(404, 'no-such-route', {
    ja: '評価 API にこの経路はありません',
    en: 'the evaluation API has no such route',
  })

const info = {
  title: '評価 API / Evaluation API',
  version: '1',
  description:
    '記録（ジャーナル）だけから計算します。機関が数えるものはありません。\n\nComputed from the journals alone; no party counts anything for it.',
}

export const createApp = (parts: AppParts) => {
  const tallies = createTallies(parts.runs)
  const app = new Hono()
  app.onError((error) => asShown(error, parts.report).response())
  app.notFound(() => noSuchRoute().response())
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new ShownProblem(413, 'too-large', { ja: '本文が大きすぎます', en: 'the body is too large' })
      },
    }),
  )
  const routes = app
    .route('/', createWorldRoutes(parts))
    .route('/', createRunRoutes({ ...parts, tallies }))
    .route('/', createEventRoutes(parts))
    .route('/', createPictureRoutes({ ...parts, tallies }))
    .route('/', createCostRoutes({ ...parts, tallies }))
    .route('/', createPlayRoutes(parts.plays))
  app.get('/openapi.json', async (c) =>
    c.json(await generateSpecs(app, { documentation: { info, servers: [{ url: '/evaluation' }] } })),
  )
  app.all('*', () => {
    throw noSuchRoute()
  })
  return routes
}
