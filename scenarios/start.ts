/** `npm start`: the world on one port, the three required use cases as a story, then everything kept open to look at and call. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Hono } from 'hono'
import { createClock } from '../sim/core/clock.ts'
import { Problem } from '../sim/core/problem.ts'
import { Explained } from '../sim/core/explained.ts'
import { CannotListen, listen } from '../sim/core/server.ts'
import { reachedBefore } from '../sim/keptTime.ts'
import { openDoor } from '../sim/cardLogin.ts'
import { createFront } from '../sim/front.ts'
import { createPortal } from '../portal-dashboard/serve.ts'
import { createWorld } from '../sim/world.ts'
import { foundOpenWorld, openingLeadMs } from './acts/opening.ts'
import { required } from './catalogue.ts'
import { openEvaluation } from './evaluation.ts'
import { chooseLanguage, inLanguage, WrongOption } from './language.ts'
import { runScenario } from './runner.ts'
import type { RunResult } from './scenario.ts'
import { createSeedControls } from './seeds/controls.ts'
import { createStage } from './stage.ts'
import { createStory } from './story.ts'
import { createTerminals, withTerminals } from './terminals/index.ts'

const worldFolder = join(import.meta.dirname, '..', 'data', 'world')
const builtPortal = join(import.meta.dirname, '..', 'portal-dashboard', 'dist')

const portOf = (text: string | undefined) => {
  const port = Number(text ?? 4000)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new CannotListen({
    ja: `PORT=${text} はポート番号ではありません（0 から 65535）`,
    en: `PORT=${text} is no port number (0 to 65535)`,
  })
}

const founded = join(worldFolder, 'founded')

/** The world that stays open; one whose founding was cut short is begun anew, some weeks ago so that there is a past to look at. */
const openWorld = async () => {
  const isFounded = existsSync(founded)
  if (!isFounded) rmSync(worldFolder, { recursive: true, force: true })
  const now = createClock({ mode: 'real' }).now()
  const startAt = isFounded ? Math.max(now, await reachedBefore(worldFolder)) : now - openingLeadMs
  return createWorld({ folder: worldFolder, seed: 'world', mode: 'interactive', startAt })
}

const main = async () => {
  const { values } = parseArgs({ options: { lang: { type: 'string' }, seed: { type: 'string', default: '1' } } })
  const language = chooseLanguage(values.lang, process.env)
  const t = inLanguage(language)
  const port = portOf(process.env['PORT'])
  const host = process.env['HOST'] ?? '127.0.0.1'

  // The port is taken before the kept world is opened: a second start must not touch what a first one serves.
  const pages = createPortal(builtPortal)
  const opening = new Hono()
  // before the world is there, the portal says so itself
  opening.get('*', (c, next) => (serve === undefined ? pages.fetch(c.req.raw, c.env) : next()))
  let serve: Hono | undefined
  opening.all(
    '*',
    (c) => serve?.fetch(c.req.raw, c.env) ?? new Problem(503, 'starting', 'the world is being opened').response(),
  )
  const apps = new Map<string, Hono>()
  const server = await listen(opening, { host, port, under: apps })
  const world = await openWorld()
  const door = await openDoor(world.local, { worldFolder, host, wanted: process.env['TLS_PORT'] })
  const isOpen = 'url' in door
  const terminals = createTerminals(world)
  const served = withTerminals(world.local, world.people, terminals)
  const controls = [createSeedControls(world, terminals.registry)]
  serve = createFront(served, isOpen ? { pages, door, controls } : { pages, controls })
  for (const [id, app] of served.apps) apps.set(id, app)
  apps.set('evaluation', openEvaluation(world, isOpen ? door.url : undefined))
  const end = () => {
    console.log(t({ ja: '\n終了します。', en: '\nGood-bye.' }))
    void server
      .close()
      .then(() => (isOpen ? door.close() : undefined))
      .then(() => world.close())
      .then(() => process.exit(0))
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)

  console.log(
    t({
      ja: '共通ID実証テストベッド — 必須ユースケースを順に動かします',
      en: 'Common ID Testbed — playing the required use cases',
    }),
  )
  const story = createStory(language, (line) => console.log(line))
  const results: RunResult[] = []
  for (const scenario of required) {
    story.begin(scenario)
    const result = await runScenario(scenario, { seed: values.seed, tell: story.tell })
    story.measures(result)
    results.push(result)
  }
  story.table(results)

  if (!existsSync(founded)) {
    console.log(
      t({
        ja: '\n触って試すための世界に住民を登録しています…',
        en: '\nRegistering residents in the world that stays open …',
      }),
    )
    const { stage, playCase } = createStage(world, story.tell)
    const { passed } = await playCase('founding', { ja: '準備', en: 'Preparation' }, () => foundOpenWorld(stage))
    if (passed) writeFileSync(founded, '')
  }
  const lines = [
    [t({ ja: 'ポータル', en: 'portal' }), `${server.url}/`],
    [t({ ja: 'API の説明と試用', en: 'APIs to read and try' }), `${server.url}/api/platform`],
    [t({ ja: '状態', en: 'health' }), `${server.url}/health`],
    [t({ ja: '実行記録', en: 'runs' }), `${server.url}/runs`],
    ...(isOpen ? [[t({ ja: 'カードでログイン（TLS）', en: 'log in with the card (TLS)' }), `${door.url}/`]] : []),
  ]
  console.log(t({ ja: '\n開いています（終了は Ctrl+C）:', en: '\nServing (Ctrl+C ends):' }))
  for (const [what = '', where = ''] of lines) console.log(`  ${where.padEnd(44)} ${what}`)
  console.log(
    isOpen ? `    curl --cacert ${door.authorityFile} --cert … --key … ${door.providers[0]?.url}` : `  ${t(door)}`,
  )
}

main().catch((error: unknown) => {
  const japanese = chooseLanguage(undefined, process.env) === 'ja'
  if (error instanceof Explained) console.error(japanese ? error.text.ja : error.text.en)
  else
    console.error(
      error instanceof WrongOption || (error instanceof TypeError && 'code' in error) ? error.message : error,
    )
  process.exit(1)
})
