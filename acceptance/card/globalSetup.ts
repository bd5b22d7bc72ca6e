/** Before all tests: the testbed is served, its residents have cards, and pcscd runs; afterwards everything ends. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { markName } from './isolation.ts'
import { endAll } from './programs.ts'
import { startPcscd } from './reader.ts'
import { issueCard, serveTestbed, type Testbed } from './testbed.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    testbed: Testbed
  }
}

/** Each test file has a person of its own, so that what it does to a card is nobody else's surprise. */
const residents = ['taro', 'hanako', 'ichiro', 'misaki', 'kenji', 'makoto', 'kodomo', 'sakura', 'daisuke']

export default async ({ provide }: TestProject) => {
  if (process.env[markName] === undefined)
    throw new Error('隔離された中でだけ動きます / these run in isolation only: npm run acceptance:card')
  const { testbed } = await serveTestbed(mkdtempSync(join(tmpdir(), 'world-')))
  for (const resident of residents) await issueCard(testbed, resident)
  await startPcscd()
  provide('testbed', testbed)
  return endAll
}
