/** The command line of `npm run scenario` and `npm run journal`. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultVariables } from '../sim/variables.ts'
import { catalogue, required } from './catalogue.ts'
import { junit } from './junit.ts'
import type { RunResult } from './scenario.ts'

const run = (script: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], {
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

test('the list names every scenario in the language asked for', () => {
  const { status, said } = run('run.ts', 'list', '--lang', 'ja')
  expect(status).toBe(0)
  for (const { id, title } of catalogue) expect(said).toMatch(new RegExp(`${id} +${title.ja}`))
})

test('npm start plays the three use cases that the plan requires, and nothing else', () => {
  expect(required.map(({ id }) => id)).toEqual(['cable-tv', 'clinic', 'change-confirmation'])
})

test('an unknown scenario is an error that lists the known ones', () => {
  const { status, said } = run('run.ts', 'nonsense', '--lang', 'en')
  expect(status).toBe(2)
  expect(said).toContain('There is no scenario nonsense')
  for (const { id } of catalogue) expect(said).toContain(id)
})

test.each([
  ['--nonsense'],
  ['--lang', 'fr'],
  ['--set', 'revocation=pigeon'],
  ['--set', 'nonsense=1'],
  ['--set', 'checkIntervalMs=soon'],
])('a wrong option is an error: %s', (...args) => {
  const { status, said } = run('run.ts', 'all', ...args)
  expect(status).toBe(2)
  expect(said).not.toContain('    at ')
})

test('a variable set on the command line is the world’s', () => {
  const { status, said } = run('run.ts', 'cable-tv', '--json', '--set', 'revocation=crl', '--set', 'checkIntervalMs=7d')
  expect(status).toBe(0)
  const results: RunResult[] = JSON.parse(said)
  expect(results[0]?.variables).toEqual({ ...defaultVariables, revocation: 'crl', checkIntervalMs: 7 * 86_400_000 })
})

test('an unknown run is an error', () => {
  expect(run('journal.ts', 'verify', 'no-such-run')).toMatchObject({ status: 2 })
})

test('a broken expectation is a failure in the JUnit report', () => {
  const text = { ja: '確認', en: 'a check' }
  const step = {
    text: { ja: '手順', en: 'a step' },
    tookMs: 1,
    at: 0,
    expectations: [{ text, held: false, actual: 1, expected: 2 }],
  }
  const result: RunResult = {
    run: 'r',
    scenario: 's',
    title: text,
    seed: '1',
    mode: 'in-process',
    variables: defaultVariables,
    passed: false,
    tookMs: 1500,
    cases: [{ id: 'c', title: { ja: '例', en: 'a case' }, passed: false, tookMs: 1, steps: [step] }],
    measures: [],
    journal: { entries: 0, intact: true, heads: {} },
  }
  expect(junit([result])).toMatch(/<failure message="a check: expected 2, was 1"/)
})
