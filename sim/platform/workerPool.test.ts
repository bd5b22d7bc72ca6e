/** Threads that share work: order, settings, death and end. */
import { afterEach, expect, test } from 'vitest'
import { createWorkerPool } from './workerPool.ts'

type Job = { say: string; dieBefore?: SharedArrayBuffer }
const isText = (message: unknown): message is string => typeof message === 'string'
const script = new URL('./testCrashingWorker.ts', import.meta.url)
const create = (threads: number) => createWorkerPool<Job, string, string>({ script, threads, isResult: isText })

let pool: ReturnType<typeof create>
afterEach(() => pool.close())

/** As often as `deaths` says a thread that gets the job dies of it. */
const deadly = (deaths: number): Job => {
  const left = new Int32Array(new SharedArrayBuffer(4))
  left[0] = deaths
  return { say: 'alive', dieBefore: left.buffer }
}

test('every job is done once, however many there are for few threads', async () => {
  pool = create(2)
  const words = Array.from({ length: 50 }, (_, n) => `job ${n}`)
  const said = await Promise.all(words.map((say) => pool.run({ say }, 'same')))
  expect(said.map((text) => text.split(' (')[0])).toEqual(words)
})

test('a thread is told a setting once, and again when it changes', async () => {
  pool = create(1)
  const said = []
  for (const setting of ['A', 'A', 'B', 'A']) said.push(await pool.run({ say: 'x' }, setting))
  expect(said).toEqual(['x (told A)', 'x (not told again A)', 'x (told B)', 'x (told A)'])
})

test('a thread that dies is replaced and its job done by the next one, which knows the setting', async () => {
  pool = create(1)
  await pool.run({ say: 'first' }, 'A')
  expect(await pool.run(deadly(1), 'A')).toBe('alive (told A)')
  expect(await pool.run({ say: 'after' }, 'A')).toBe('after (not told again A)')
})

test('a job that kills two threads is given up, and others go on', async () => {
  pool = create(1)
  const killing = pool.run(deadly(2), 'A')
  const other = pool.run({ say: 'other' }, 'A')
  await expect(killing).rejects.toThrow('a worker thread ended with 7')
  expect(await other).toBe('other (told A)')
})

test('after the end nothing is taken on', async () => {
  pool = create(1)
  await pool.close()
  await expect(pool.run({ say: 'late' }, 'A')).rejects.toThrow('told to end')
})
