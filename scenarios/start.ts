/** `npm start`: the world on one port, the three required use cases as a story, then everything kept open to look at and call. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClock } from '../sim/core/clock.ts'
import { CannotListen, listen } from '../sim/core/server.ts'
import { reachedBefore } from '../sim/keptTime.ts'
import { createFront } from '../sim/front.ts'
import { createWorld, defaultKeyPool } from '../sim/world.ts'
import { found } from './acts/founding.ts'
import { catalogue } from './catalogue.ts'
import { chooseLanguage, inLanguage } from './language.ts'
import { createPages } from './pages.ts'
import { people } from './people.ts'
import { runScenario } from './runner.ts'
import type { RunResult } from './scenario.ts'
import { createStage } from './stage.ts'
import { createStory } from './story.ts'

const worldFolder = join(import.meta.dirname, '..', 'data', 'world')

const portOf = (text: string | undefined) => {
  const port = Number(text ?? 4000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new CannotListen(`PORT=${text} is no port number (0 to 65535)`)
  return port
}

const main = async () => {
  const { values } = parseArgs({ options: { lang: { type: 'string' }, seed: { type: 'string', default: '1' } } })
  const language = chooseLanguage(values.lang, process.env)
  const t = inLanguage(language)
  const port = portOf(process.env['PORT'])
  const host = process.env['HOST'] ?? '127.0.0.1'

  const now = createClock({ mode: 'real' }).now()
  const startAt = Math.max(now, await reachedBefore(worldFolder))
  const fresh = !existsSync(worldFolder)
  const world = await createWorld({
    folder: worldFolder,
    seed: 'world',
    mode: 'interactive',
    startAt,
    keyPool: defaultKeyPool,
  })
  const server = await listen(createFront(world.local, createPages(world)), { host, port }).catch(
    async (error: unknown) => {
      await world.close()
      throw error
    },
  )
  const end = () => {
    console.log(t({ ja: '\n終了します。', en: '\nGood-bye.' }))
    void server
      .close()
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
  for (const scenario of catalogue) {
    story.begin(scenario)
    const result = await runScenario(scenario, { seed: values.seed, tell: story.tell })
    story.measures(result)
    results.push(result)
  }
  story.table(results)

  if (fresh) {
    console.log(
      t({
        ja: '\n触って試すための世界に住民を登録しています…',
        en: '\nRegistering residents in the world that stays open …',
      }),
    )
    const { stage, playCase } = createStage(world, story.tell)
    await playCase('founding', { ja: '準備', en: 'Preparation' }, () =>
      found(
        stage,
        people.map(({ id }) => id),
      ),
    )
  }
  const lines = [
    [t({ ja: 'はじめのページ', en: 'start page' }), `${server.url}/`],
    [t({ ja: 'API の説明と試用', en: 'APIs to read and try' }), `${server.url}/api/platform`],
    [t({ ja: '状態', en: 'health' }), `${server.url}/health`],
    [t({ ja: '実行記録', en: 'runs' }), `${server.url}/runs`],
  ]
  console.log(t({ ja: '\n開いています（終了は Ctrl+C）:', en: '\nServing (Ctrl+C ends):' }))
  for (const [what = '', where = ''] of lines) console.log(`  ${where.padEnd(44)} ${what}`)
}

main().catch((error: unknown) => {
  console.error(error instanceof CannotListen ? error.message : error)
  process.exit(1)
})
