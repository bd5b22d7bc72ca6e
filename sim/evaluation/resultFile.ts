/** What a run left in its folder besides databases, read with suspicion: somebody may have cut or changed it. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runResult, type RunResult } from '../messages/evaluation.ts'

type Text = { ja: string; en: string }

/** A result larger than this is not read (assumed); those of the scenarios here have about 40 kB. */
const largestBytes = 64 * 1024 * 1024

export type ResultFile =
  { is: 'missing' } | { is: 'damaged'; damage: Text } | { is: 'there'; result: RunResult; writtenAt: number }

/** `cable-tv-20261122-101502-3fa4` and the like: nothing that could lead out of the folder. */
export const isRunName = (name: string) => /^[a-z0-9][a-z0-9-]{0,119}$/.test(name)

/** When the run began, as its name says (wall time); undefined for a folder named otherwise. */
export const beganBy = (name: string): number | undefined => {
  const [, year, month, day, hour, minute, second] =
    /-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{4}$/.exec(name)?.map(Number) ?? []
  return year === undefined || month === undefined ? undefined : Date.UTC(year, month - 1, day, hour, minute, second)
}

/** The scenario that a run's name begins with. */
export const scenarioIn = (name: string): string | undefined => /^(.+)-\d{8}-\d{6}-[0-9a-f]{4}$/.exec(name)?.[1]

/** Names of the folders in which runs lie. */
export const runFolders = async (runsFolder: string): Promise<string[]> => {
  try {
    const found = await readdir(runsFolder, { withFileTypes: true })
    return found.filter((entry) => entry.isDirectory() && isRunName(entry.name)).map(({ name }) => name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const damaged = (ja: string, en: string): ResultFile => ({ is: 'damaged', damage: { ja, en } })

const fileOf = (folder: string) => join(folder, 'result.json')

/** Changes when the result is written or replaced; empty while there is none. */
export const resultMark = async (folder: string): Promise<string> => {
  try {
    const { mtimeMs, size } = await stat(fileOf(folder))
    return `${mtimeMs} ${size}`
  } catch {
    return ''
  }
}

/** `run` in the answer is the folder's name: by it the run is found. */
export const readResult = async (folder: string, run: string): Promise<ResultFile> => {
  let json: string
  let writtenAt: number
  try {
    const { size, mtimeMs } = await stat(fileOf(folder))
    if (size > largestBytes) return damaged('result.json が大きすぎます', 'result.json is too large')
    json = await readFile(fileOf(folder), 'utf8')
    writtenAt = mtimeMs
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { is: 'missing' }
    return damaged('result.json を読めません', 'result.json cannot be read')
  }
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return damaged(
      'result.json は JSON ではありません（途中で切れた可能性）',
      'result.json is no JSON: it may be cut off',
    )
  }
  const parsed = runResult.safeParse(value)
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('/') ?? ''
    return damaged(`result.json の形が違います（${where}）`, `result.json has another form (${where})`)
  }
  return { is: 'there', result: { ...parsed.data, run }, writtenAt }
}
