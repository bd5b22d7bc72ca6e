/** Programs of others: run to their end or kept running, always within a limit, and ended by their process id. */
import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

export type Ran = { status: number; output: string; stdout: Buffer }

type RunOptions = {
  /** Typed as soon as the program has asked for it: one answer for each time the prompt appears. */
  answers?: { prompt: RegExp; reply: string }
  input?: string | Uint8Array
  env?: Record<string, string>
  cwd?: string
  limitMs?: number
}

export type Running = {
  pid: number
  /** Everything it has printed so far. */
  output(): string
  isOver(): boolean
  /** By the signal it was started with, and SIGKILL if it does not obey; resolves to the exit code, -1 where a signal ended it. */
  end(): Promise<number>
}

const listening = (child: ChildProcess, heard: (chunk: Buffer, stream: 'stdout' | 'stderr') => void) => {
  child.stdout?.on('data', (chunk: Buffer) => heard(chunk, 'stdout'))
  child.stderr?.on('data', (chunk: Buffer) => heard(chunk, 'stderr'))
}

const asked = (text: string, prompt: RegExp) => text.match(new RegExp(prompt, 'g'))?.length ?? 0

/** Runs a program to its end. A program that cannot be started, or does not end in time, is an error that shows what it said. */
export const run = (command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const { answers, input, env = {}, cwd, limitMs = 30_000 } = options
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
    const printed: Buffer[] = []
    const stdout: Buffer[] = []
    const said = () => Buffer.concat(printed).toString()
    let answered = 0
    listening(child, (chunk, stream) => {
      printed.push(chunk)
      if (stream === 'stdout') stdout.push(chunk)
      if (answers === undefined) return
      for (const due = asked(said(), answers.prompt); answered < due; answered++) child.stdin.write(answers.reply)
    })
    // a program that never reads what it is told closes its end
    child.stdin.on('error', () => undefined)
    if (answers === undefined) child.stdin.end(input)
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${command} ${args.join(' ')} did not end within ${limitMs} ms; it said: ${said()}`))
    }, limitMs)
    child.on('error', (error) => {
      clearTimeout(limit)
      reject(new Error(`${command} cannot be run`, { cause: error }))
    })
    child.on('close', (status) => {
      clearTimeout(limit)
      resolve({ status: status ?? -1, output: said(), stdout: Buffer.concat(stdout) })
    })
  })

const started = new Set<Running>()

/** Starts a program that stays; `endAll` ends it if nobody else has. */
export const start = (
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Running => {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  listening(child, (chunk) => printed.push(chunk))
  let over = false
  const exited = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      printed.push(Buffer.from(String(error)))
      over = true
      resolve(-1)
    })
    child.on('exit', (status) => {
      over = true
      resolve(status ?? -1)
    })
  })
  const running: Running = {
    pid: child.pid ?? -1,
    output: () => Buffer.concat(printed).toString(),
    isOver: () => over,
    end: async () => {
      started.delete(running)
      child.kill(signal)
      const obeys = await Promise.race([exited, wait(5_000, undefined, { ref: false })])
      if (obeys !== undefined) return obeys
      child.kill('SIGKILL')
      return exited
    },
  }
  started.add(running)
  return running
}

/** Ends everything that was started here, the last first. */
export const endAll = async () => {
  for (const running of [...started].toReversed()) await running.end()
}

/** Asks again and again until `probe` finds something; an error that says what was waited for when the limit is over. */
export const until = async <T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 10_000,
): Promise<T> => {
  const deadline = performance.now() + limitMs
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for ${what}`)
    await wait(50)
  }
}
