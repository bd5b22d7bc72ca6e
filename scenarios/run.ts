/** `npm run scenario -- <id|all|list>`: plays scenarios without a server; exit code 0 only if every expectation held. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Explained } from '../sim/core/explained.ts'
import { readVariables } from '../sim/variables.ts'
import { catalogue } from './catalogue.ts'
import { chooseLanguage, inLanguage, WrongOption } from './language.ts'
import { junit } from './junit.ts'
import { runScenario } from './runner.ts'
import type { RunResult } from './scenario.ts'
import { createStory } from './story.ts'

const usage = {
  ja: '使い方: npm run scenario -- <id|all|list> [--lang ja|en] [--seed N] [--split] [--set NAME=VALUE]… [--json] [--junit FILE]',
  en: 'usage: npm run scenario -- <id|all|list> [--lang ja|en] [--seed N] [--split] [--set NAME=VALUE]… [--json] [--junit FILE]',
}

const read = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      lang: { type: 'string' },
      seed: { type: 'string', default: '1' },
      split: { type: 'boolean', default: false },
      set: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      junit: { type: 'string' },
    },
  })

const main = async (): Promise<number> => {
  const { values, positionals } = read()
  const language = chooseLanguage(values.lang, process.env)
  const t = inLanguage(language)
  const list = () => catalogue.forEach((scenario) => console.log(`  ${scenario.id.padEnd(22)} ${t(scenario.title)}`))
  const [id] = positionals
  if (id === 'list') {
    list()
    return 0
  }
  const chosen = id === 'all' ? catalogue : catalogue.filter((scenario) => scenario.id === id)
  if (positionals.length !== 1 || chosen.length === 0) {
    console.error(t(usage))
    if (id !== undefined)
      console.error(
        t({
          ja: `「${positionals.join(' ')}」というシナリオはありません。あるもの:`,
          en: `There is no scenario ${positionals.join(' ')}. There are:`,
        }),
      )
    list()
    return 2
  }
  const variables = readVariables(values.set)
  const story = createStory(language, (line) => (values.json ? undefined : console.log(line)))
  const results: RunResult[] = []
  for (const scenario of chosen) {
    story.begin(scenario)
    const result = await runScenario(scenario, { seed: values.seed, split: values.split, variables, tell: story.tell })
    story.measures(result)
    results.push(result)
  }
  story.table(results)
  if (values.json) console.log(JSON.stringify(results, null, 2))
  if (values.junit !== undefined) writeFileSync(values.junit, junit(results))
  return results.every(({ passed }) => passed) ? 0 : 1
}

// A run that stops without coming to its end must not look like one that passed.
process.exitCode = 3

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof Explained) {
      console.error(inLanguage(chooseLanguage(undefined, process.env))(error.text))
      process.exit(2)
    }
    const wrong = error instanceof WrongOption || (error instanceof TypeError && 'code' in error)
    console.error(wrong ? `${error.message}\n${usage.ja}\n${usage.en}` : error)
    process.exit(2)
  },
)
