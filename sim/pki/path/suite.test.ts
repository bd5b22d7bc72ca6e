/** A suite of our own: each case has one fault or none, and the validator must tell which. */
import { expect, test } from 'vitest'
import { verify } from '../conformance.ts'
import { answerRows } from './testSuiteAnswer.ts'
import { costRows } from './testSuiteCost.ts'
import { listRows } from './testSuiteList.ts'
import { nameRows } from './testSuiteName.ts'
import { pathRows, type Row } from './testSuitePath.ts'

/** What the validator says otherwise than it must. */
async function wrong(rows: readonly Row[]): Promise<string[]> {
  const lines: string[] = []
  for (const { id, expected, of } of rows) {
    const { result, reason } = await verify(of)
    if (result !== expected) lines.push(`${id}: ${result} (${reason})`)
  }
  return lines
}

const suites: [string, () => Row[]][] = [
  ['paths', pathRows],
  ['names', nameRows],
  ['lists', listRows],
  ['answers', answerRows],
  ['crowds and products', costRows],
]

test.each(suites)(
  '%s: each fault is found, and nothing else',
  async (_, rows) => {
    expect(await wrong(rows())).toEqual([])
  },
  60_000,
)

test.each(suites)(
  '%s: no two cases bear one name, and a tenth at least is good',
  (_, rows) => {
    const all = rows()
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(all.filter(({ expected }) => expected === 'accept').length).toBeGreaterThan(all.length / 10)
  },
  60_000,
)
