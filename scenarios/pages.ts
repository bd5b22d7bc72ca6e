/** The plain pages that `npm start` serves beside the APIs: where everything is, and every run with its evidence. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono, type Context } from 'hono'
import { html, raw } from 'hono/html'
import { Problem } from '../sim/core/problem.ts'
import type { Text } from '../sim/core/site.ts'
import type { World } from '../sim/world.ts'
import { catalogue } from './catalogue.ts'
import type { Language } from './language.ts'
import { runsFolder } from './runner.ts'
import type { RunResult } from './scenario.ts'

const style = `
:root { color-scheme: light dark; --line: #949494; --accent: #0017c1; --good: #197a4b; --bad: #ec0000 }
@media (prefers-color-scheme: dark) { :root { --line: #767676; --accent: #9db7f9; --good: #71c598; --bad: #ff9696 } }
body { font: 16px/1.7 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic UI', system-ui, sans-serif; max-width: 68rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.75rem; line-height: 1.4 } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 2px solid var(--accent) }
a { color: var(--accent) } nav { display: flex; gap: 1.5rem } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top } .good { color: var(--good) } .bad { color: var(--bad) }
code { font-size: .9em } .num { text-align: right; white-space: nowrap } small { opacity: .8 } .wide { overflow-x: auto }`

const languageOf = (c: Context): Language => {
  const asked = c.req.query('lang')
  if (asked === 'ja' || asked === 'en') return asked
  return /^en/i.test(c.req.header('accept-language') ?? '') ? 'en' : 'ja'
}

type Body = ReturnType<typeof html>

const page = (c: Context, title: Text, body: (t: (text: Text) => string) => Body | Promise<Body>) => {
  const language = languageOf(c)
  const t = (text: Text) => text[language]
  const other = language === 'ja' ? 'en' : 'ja'
  return c.html(
    html`<!doctype html>
      <html lang="${language}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${t(title)} · ${t({ ja: '共通ID実証テストベッド', en: 'Common ID Testbed' })}</title>
          <link rel="icon" href="data:," />
          <style>
            ${raw(style)}
          </style>
        </head>
        <body>
          <nav>
            <a href="/?lang=${language}">${t({ ja: 'はじめ', en: 'Start' })}</a>
            <a href="/runs?lang=${language}">${t({ ja: '実行記録', en: 'Runs' })}</a>
            <a href="?lang=${other}" lang="${other}">${other === 'en' ? 'English' : '日本語'}</a>
          </nav>
          <main>
            <h1>${t(title)}</h1>
            ${body(t)}
          </main>
        </body>
      </html>`,
  )
}

const isRun = (value: unknown): value is RunResult =>
  typeof value === 'object' && value !== null && 'cases' in value && 'journal' in value

const readRun = (run: string): RunResult | undefined => {
  const path = join(runsFolder, run, 'result.json')
  if (!/^[a-z0-9-]+$/.test(run) || !existsSync(path)) return undefined
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
  return isRun(parsed) ? parsed : undefined
}

const allRuns = () =>
  (existsSync(runsFolder) ? readdirSync(runsFolder) : [])
    .map(readRun)
    .filter((run) => run !== undefined)
    .sort((a, b) => b.run.slice(-20).localeCompare(a.run.slice(-20)))

const outcome = (t: (text: Text) => string, passed: boolean) =>
  html`<span class="${passed ? 'good' : 'bad'}"
    >${passed ? `✓ ${t({ ja: '成功', en: 'passed' })}` : `✗ ${t({ ja: '失敗', en: 'failed' })}`}</span
  >`

const runRow = (t: (text: Text) => string, run: RunResult) => {
  const checks = run.cases.flatMap(({ steps }) => steps.flatMap(({ expectations }) => expectations))
  return html`<tr>
    <td><a href="/runs/${run.run}">${t(run.title)}</a><br /><small>${run.run}</small></td>
    <td>${outcome(t, run.passed)}</td>
    <td class="num">${run.cases.filter(({ passed }) => passed).length}/${run.cases.length}</td>
    <td class="num">${checks.filter(({ held }) => held).length}/${checks.length}</td>
    <td class="num">${(run.tookMs / 1000).toFixed(1)} s</td>
  </tr>`
}

const runTable = (t: (text: Text) => string, runs: RunResult[]) =>
  runs.length === 0
    ? html`<p>${t({ ja: 'まだ実行記録はありません。', en: 'No run yet.' })} <code>npm run scenario -- all</code></p>`
    : html`<div class="wide">
        <table>
          <tr>
            <th>${t({ ja: 'シナリオ', en: 'Scenario' })}</th>
            <th>${t({ ja: '結果', en: 'Result' })}</th>
            <th class="num">${t({ ja: 'ケース', en: 'Cases' })}</th>
            <th class="num">${t({ ja: '確認', en: 'Checks' })}</th>
            <th class="num">${t({ ja: '時間', en: 'Time' })}</th>
          </tr>
          ${runs.map((run) => runRow(t, run))}
        </table>
      </div>`

/** Routes `/`, `/runs`, `/runs/<run>` (a page) and `/runs/<run>/result.json`. */
export const createPages = (world: World): Hono => {
  const pages = new Hono()
  pages.get('/', (c) =>
    page(c, { ja: '共通ID実証テストベッド', en: 'Common ID Testbed' }, (t) => {
      const latest = catalogue
        .map(({ id }) => allRuns().find(({ scenario }) => scenario === id))
        .filter((run) => run !== undefined)
      return html`<p>
          ${t({
            ja: '公的個人認証サービス（JPKI）を共通プラットフォーム経由で使う実証実験を、一台の中で最後まで動かすテストベッドです。証明書・失効情報・署名・カードのコマンドは本物、機関と住民は模擬です。',
            en: 'A testbed in which a whole proof-of-concept of JPKI through a common platform runs on one machine. Certificates, revocation, signatures and card commands are real; institutions and residents are simulated.',
          })}
        </p>
        <h2>${t({ ja: '必須ユースケースの最新の結果', en: 'Required use cases, last result' })}</h2>
        ${runTable(t, latest)}
        <h2>${t({ ja: '参加機関と API', en: 'Parties and their APIs' })}</h2>
        <div class="wide">
          <table>
            <tr>
              <th>${t({ ja: '機関', en: 'Party' })}</th>
              <th>ID</th>
              <th>API</th>
              <th>${t({ ja: '状態', en: 'Health' })}</th>
            </tr>
            ${world.parties.map(
              ({ id, name }) =>
                html`<tr>
                  <td>${t(name)}</td>
                  <td><code>${id}</code></td>
                  <td><a href="/api/${id}">${t({ ja: '説明を読む・試す', en: 'read and try' })}</a></td>
                  <td><a href="/${id}/health">health</a></td>
                </tr>`,
            )}
          </table>
        </div>
        <p>
          ${t({ ja: '世界の時刻', en: 'World time' })}: <time>${new Date(world.clock.now()).toISOString()}</time> ·
          <a href="/health">${t({ ja: '全体の状態', en: 'overall health' })}</a> ·
          <a href="/manage/clock">${t({ ja: '時計', en: 'clock' })}</a> ·
          <a href="/manage/faults">${t({ ja: '障害の設定', en: 'faults' })}</a>
        </p>`
    }),
  )
  pages.get('/runs', (c) => page(c, { ja: '実行記録', en: 'Runs' }, (t) => runTable(t, allRuns())))
  pages.get('/runs/:run/result.json', (c) => {
    const run = readRun(c.req.param('run'))
    if (run === undefined) throw new Problem(404, 'no-such-run', 'there is no run of this name')
    return c.json(run)
  })
  pages.get('/runs/:run', (c) => {
    const run = readRun(c.req.param('run'))
    if (run === undefined) throw new Problem(404, 'no-such-run', 'there is no run of this name')
    return page(
      c,
      run.title,
      (t) =>
        html`<p>
            ${outcome(t, run.passed)} · <code>${run.run}</code> · seed <code>${run.seed}</code> · ${run.mode} ·
            <a href="/runs/${run.run}/result.json">JSON</a>
          </p>
          <p>
            ${t({ ja: '記録', en: 'Journal' })}: ${run.journal.entries} ·
            ${run.journal.intact ? t({ ja: '改ざんなし', en: 'intact' }) : t({ ja: '連鎖が切れています', en: 'chain broken' })}
            ·
            <code>npm run journal -- verify ${run.run}</code>
          </p>
          ${
            run.measures.length > 0
              ? html`<h2>${t({ ja: '測定値', en: 'Measures' })}</h2>
                  <table>
                    ${run.measures.map(
                      ({ name, value, unit }) =>
                        html`<tr>
                          <td>${t(name)}</td>
                          <td class="num">${value} ${unit === undefined ? '' : t(unit)}</td>
                        </tr>`,
                    )}
                  </table>`
              : ''
          }
          ${run.cases.map(
            (one) =>
              html`<h2>${t(one.title)} ${outcome(t, one.passed)}</h2>
                <table>
                  ${one.steps.map(
                    (step) =>
                      html`<tr>
                        <td>
                          ${t(step.text)}${step.failure === undefined ? '' : html`<br /><span class="bad">${step.failure}</span>`}
                          ${step.expectations.map(
                            (expectation) =>
                              html`<br /><small
                                  >${outcome(t, expectation.held)} ${t(expectation.text)}
                                  <code>${JSON.stringify(expectation.actual)?.slice(0, 300)}</code></small
                                >`,
                          )}
                        </td>
                        <td class="num">${step.tookMs.toFixed(0)} ms</td>
                      </tr>`,
                  )}
                </table>`,
          )}`,
    )
  })
  return pages
}
