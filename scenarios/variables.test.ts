/** Scenarios that must hold in other worlds than the standard one: with other ways to learn of revocations, and with a service the plan had not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Variables } from '../sim/variables.ts'
import { caDrill } from './ca-drill/index.ts'
import { changeConfirmation } from './change-confirmation/index.ts'
import { clinic } from './clinic/index.ts'
import { runScenario } from './runner.ts'
import type { RunResult, Scenario } from './scenario.ts'

const play = async (scenario: Scenario, variables: Partial<Variables>): Promise<RunResult> => {
  const folder = mkdtempSync(join(tmpdir(), `${scenario.id}-`))
  const result = await runScenario(scenario, { seed: 'test', folder, variables })
  rmSync(folder, { recursive: true })
  return result
}

const broken = ({ cases }: RunResult) =>
  cases.flatMap(({ id, steps }) =>
    steps
      .filter(({ failure, expectations }) => failure !== undefined || expectations.some(({ held }) => !held))
      .map(({ text }) => `${id}: ${text.en}`),
  )

const measured = ({ measures }: RunResult, name: string) =>
  Number(measures.find((measure) => measure.name.en.startsWith(name))?.value)

test.for(['crl', 'delta', 'snapshot'] as const)(
  'the drill holds where the platform learns of revocations by %s',
  { timeout: 300_000 },
  async (revocation) => {
    const result = await play(caDrill, { revocation })
    expect([broken(result), result.passed]).toEqual([[], true])
  },
)

test.for(['rsa-2048', 'p-384'] as const)(
  'the drill holds with cards of P-384 keys under CAs of %s keys',
  { timeout: 300_000 },
  async (caKey) => {
    const result = await play(caDrill, { cardKey: 'p-384', caKey })
    expect([broken(result), result.passed]).toEqual([[], true])
  },
)

test(
  'the clinic holds with cards of P-384 keys, whatever they answer to a blocked PIN, and a reception that needs none',
  { timeout: 300_000 },
  async () => {
    const result = await play(clinic, { cardKey: 'p-384', blockedPinStatusWord: '63C0', pinlessTerminal: true })
    expect([broken(result), result.passed]).toEqual([[], true])
    expect(result.cases.map(({ id }) => id)).toContain('without-pin')
  },
)

test(
  'the same year needs fewer letters where the authority may tell what has changed',
  { timeout: 300_000 },
  async () => {
    const asked = await play(changeConfirmation, { revocation: 'crl' })
    const told = await play(changeConfirmation, { revocation: 'crl', latestBasicFour: true })
    expect([broken(asked), broken(told), asked.passed, told.passed]).toEqual([[], [], true, true])
    expect(measured(told, 'recall')).toBe(measured(asked, 'recall'))
    expect(measured(told, 'letters sent')).toBeLessThan(measured(asked, 'letters sent'))
  },
)
