/** A small world on a TCP port, for the tests of `npm run card`: real parties, a few residents, and the command itself as a process. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createClock } from '../../sim/core/clock.ts'
import { answer } from '../../sim/core/network.ts'
import { listen } from '../../sim/core/server.ts'
import { createFront } from '../../sim/front.ts'
import type { MunicipalityApp } from '../../sim/municipality/index.ts'
import { createWorld } from '../../sim/world.ts'
import { personOf } from '../people.ts'
import { readOptions, type Options } from './options.ts'

/** Served until `close`; the folder goes with it. */
export const serveTestWorld = async (...ids: string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'virtual-card-'))
  const forget = () => rmSync(folder, { recursive: true, force: true })
  const startAt = createClock({ mode: 'real' }).now()
  const opening = createWorld({ folder, seed: 'virtual-card', mode: 'interactive', startAt })
  const world = await opening.catch((error: unknown) => {
    forget()
    throw error
  })
  const server = await listen(createFront(world.local), { host: '127.0.0.1', port: 0, under: world.local.apps })

  const resident = (id: string) =>
    world.people.network.connect<MunicipalityApp>(personOf(id).municipality).residents[':residentId']
  const register = async (id: string) => {
    const { basicFour, municipality, card } = personOf(id)
    const town = world.people.network.connect<MunicipalityApp>(municipality)
    await answer(town.residents.$post({ json: { residentId: id, basicFour } }))
    if (card !== undefined) await answer(resident(id).cards.$post({ param: { residentId: id }, json: card }))
  }
  for (const id of ids) await register(id)

  return {
    url: server.url,
    world,
    cardIdOf: async (id: string) => (await answer(resident(id).$get({ param: { residentId: id } }))).cardId ?? '',
    lose: (id: string) => answer(resident(id)['card-losses'].$post({ param: { residentId: id } })),
    die: (id: string) => answer(resident(id).deaths.$post({ param: { residentId: id } })),
    options: (...args: string[]): Options => readOptions([...args, '--url', server.url, '--lang', 'en'], {}),
    stop: () => server.close(),
    close: async () => {
      await server.close()
      await world.close()
      forget()
    },
  }
}

export type TestServer = Awaited<ReturnType<typeof serveTestWorld>>

const script = join(import.meta.dirname, 'run.ts')

/** The command as a process; it is ended with the test. */
export const runCard = (...args: string[]) => watch(spawn(process.execPath, [script, ...args]))

/** The same as `npm run card` starts it: by a shell, which does not pass signals on. */
export const runCardByNpm = (...args: string[]) =>
  watch(
    spawn('/bin/sh', ['-c', '"$0" "$@"; exit $?', process.execPath, script, ...args], {
      env: { ...process.env, npm_lifecycle_event: 'card' },
      // a group of its own, so that nothing is left when the test fails
      detached: true,
    }),
  )

const killAll = ({ pid, spawnargs }: ChildProcessWithoutNullStreams) => {
  if (pid === undefined) return
  try {
    process.kill(spawnargs[0] === '/bin/sh' ? -pid : pid, 'SIGKILL')
  } catch (error) {
    // it ended by itself
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

const watch = (child: ChildProcessWithoutNullStreams) => {
  onTestFinished(() => killAll(child))
  let said = ''
  let heard = (): void => undefined
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      heard()
    })
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  return {
    pid: child.pid ?? 0,
    ended,
    said: () => said,
    /** Resolves once this was said; rejects if the command ends before. */
    hears: (text: string) =>
      new Promise<void>((resolve, reject) => {
        heard = () => {
          if (said.includes(text)) resolve()
        }
        heard()
        void ended.then((code) => reject(new Error(`ended with ${code} before saying ${text}: ${said}`)))
      }),
    kill: () => child.kill('SIGTERM'),
  }
}
