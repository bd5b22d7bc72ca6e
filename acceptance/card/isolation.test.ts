/** The place that these tests run in keeps to itself, and nothing of it is left whoever is killed. */
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { foldersName, isolated, markName } from './isolation.ts'
import { markedProcesses, mountsOf } from './leftovers.ts'
import { endAll, run, start, until } from './programs.ts'

afterAll(endAll)

test('there is no network but loopback, and nobody outside is seen', async () => {
  const { output } = await run('ip', ['-brief', 'link'])
  expect(
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['lo'])
  const first = await run('cat', ['/proc/1/cmdline'])
  expect(first.output).toContain('isolated')
})

/** A place with a reader in it, and files. */
const place = (folder: string) =>
  isolated(['bash', '-c', `touch ${folder}/secret; pcscd --foreground & echo ready; sleep 1000; true`])

const fresh = () => {
  const [folder, mark] = [mkdtempSync(join(tmpdir(), 'place-')), randomUUID()]
  return { folder, mark, env: { [foldersName]: folder, [markName]: mark } }
}

const isGone = async ({ folder, mark }: { folder: string; mark: string }) => {
  await until('all of it to be gone', () => markedProcesses(mark).length === 0)
  expect(mountsOf(folder)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
}

test('a place that is killed leaves no process, no mount and no file', async () => {
  const made = fresh()
  const running = start(...place(made.folder), made.env)
  await until('the place to be ready', () => running.output().includes('ready'))
  await until('pcscd to run', () => markedProcesses(made.mark).some((line) => line.includes('pcscd')))
  process.kill(running.pid, 'SIGKILL')
  await isGone(made)
})

test('when who started it is killed, the place is gone too', async () => {
  const made = fresh()
  const [command, args] = place(made.folder)
  const starter = start('bash', ['-c', '"$@" & wait', 'starter', command, ...args], made.env)
  await until('the place to be ready', () => starter.output().includes('ready'))
  await until('pcscd to run', () => markedProcesses(made.mark).some((line) => line.includes('pcscd')))
  process.kill(starter.pid, 'SIGKILL')
  await isGone(made)
})
