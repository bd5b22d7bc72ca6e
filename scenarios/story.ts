/** A run as a story in the terminal: one line a step, tick or cross, time taken; a table of results at the end. */
import { inspect, styleText } from 'node:util'
import stringWidth from 'string-width'
import type { Language } from './language.ts'
import { inLanguage } from './language.ts'
import type { RunResult, Scenario, StepResult } from './scenario.ts'
import type { Told } from './stage.ts'

const stepWidth = 74

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - stringWidth(text)))
const padStart = (text: string, width: number) => ' '.repeat(Math.max(0, width - stringWidth(text))) + text

const took = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

const held = (step: StepResult) =>
  step.failure === undefined && step.expectations.every((expectation) => expectation.held)

const mark = (good: boolean) => (good ? styleText('green', '✓') : styleText('red', '✗'))

const show = (value: unknown) => inspect(value, { depth: 6, breakLength: 100, compact: true })

export const createStory = (language: Language, write: (line: string) => void) => {
  const t = inLanguage(language)
  const words =
    language === 'ja'
      ? {
          expected: '期待',
          actual: '実際',
          scenario: 'シナリオ',
          cases: 'ケース',
          expectations: '確認',
          time: '時間',
          result: '結果',
          passed: '成功',
          failed: '失敗',
          journal: '記録',
          intact: '改ざんなし',
          broken: '連鎖が切れています',
        }
      : {
          expected: 'expected',
          actual: 'actual',
          scenario: 'Scenario',
          cases: 'Cases',
          expectations: 'Checks',
          time: 'Time',
          result: 'Result',
          passed: 'passed',
          failed: 'FAILED',
          journal: 'Journal',
          intact: 'intact',
          broken: 'chain broken',
        }

  const step = (one: StepResult) => {
    write(`    ${mark(held(one))} ${pad(t(one.text), stepWidth)}${styleText('dim', padStart(took(one.tookMs), 8))}`)
    if (one.failure !== undefined) write(styleText('red', `        ${one.failure}`))
    for (const expectation of one.expectations) {
      if (expectation.held) continue
      write(styleText('red', `        ${t(expectation.text)}`))
      write(`          ${words.expected}: ${show(expectation.expected)}`)
      write(`          ${words.actual}: ${show(expectation.actual)}`)
    }
  }

  return {
    begin: (scenario: Scenario) =>
      write(`\n${styleText('bold', `■ ${t(scenario.title)}`)} ${styleText('dim', scenario.id)}`),
    tell: (told: Told) => {
      if (told.type === 'case') write(`  ${styleText('cyan', t(told.title))}`)
      if (told.type === 'step') step(told.step)
    },
    measures: ({ measures }: RunResult) => {
      for (const { name, value, unit } of measures)
        write(
          `    ・${pad(t(name), stepWidth - 12)}${padStart(String(value), 12)} ${unit === undefined ? '' : t(unit)}`,
        )
    },
    table: (results: RunResult[]) => {
      const rows = results.map((result) => {
        const checks = result.cases.flatMap(({ steps }) => steps.flatMap(({ expectations }) => expectations))
        const good = result.cases.filter(({ passed }) => passed).length
        return [
          t(result.title),
          `${good}/${result.cases.length}`,
          `${checks.filter((check) => check.held).length}/${checks.length}`,
          took(result.tookMs),
          `${result.journal.entries} ${result.journal.intact ? words.intact : words.broken}`,
          result.passed ? words.passed : words.failed,
        ]
      })
      const heads = [words.scenario, words.cases, words.expectations, words.time, words.journal, words.result]
      const widths = heads.map((head, column) =>
        Math.max(stringWidth(head), ...rows.map((row) => stringWidth(row[column] ?? ''))),
      )
      const line = (cells: string[]) => '  ' + cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ')
      write('')
      write(styleText('bold', line(heads)))
      write('  ' + widths.map((width) => '─'.repeat(width)).join('  '))
      rows.forEach((row, index) => write(styleText(results[index]?.passed ? 'green' : 'red', line(row))))
    },
  }
}
