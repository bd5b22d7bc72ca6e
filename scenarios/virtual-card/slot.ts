/** Which card is in which virtual reader: each inserting process leaves a file here, by which others find it and end it. */
import { linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { SECOND, type Clock } from '../../sim/core/clock.ts'

const folder = join(import.meta.dirname, '..', '..', 'data', 'readers')

const occupant = z.object({
  pid: z.number().int().positive(),
  /** When that process began, as the system tells it: a pid alone may long be somebody else's. */
  begun: z.string(),
  host: z.string(),
  port: z.number().int(),
  reader: z.number().int(),
  /** The namespaces of network and process numbers: 127.0.0.1 and a pid mean another thing in each. */
  namespace: z.string(),
  url: z.string(),
  cardId: z.string(),
  who: z.string(),
})

/** The card in a reader, and the process that put it there. */
export type Occupant = z.output<typeof occupant>

/** A reader as the command line names it. */
export type Slot = Pick<Occupant, 'host' | 'port' | 'reader'>

/** Where on Linux this process is (namespaces(7)); the same word everywhere elsewhere. */
const here = () => {
  try {
    return ['net', 'pid'].map((kind) => readlinkSync(`/proc/self/ns/${kind}`).replaceAll(/\D/g, '')).join('.')
  } catch {
    return 'here'
  }
}

/** The instant a process began, in the system's own words; undefined when there is none of this pid. */
const begunOf = (pid: number): string | undefined => {
  if (process.platform === 'linux') {
    try {
      // the 22nd field is the start time; the second is a name in parentheses that may hold spaces (proc(5))
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return state === 'Z' ? undefined : rest[18]
    } catch {
      return undefined
    }
  }
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() === '' ? undefined : stdout.trim()
}

const fileOf = ({ host, port }: Pick<Slot, 'host' | 'port'>) =>
  join(folder, `${here()}-${host.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-${port}.json`)

const isAlive = ({ pid, begun }: Occupant) => begunOf(pid) === begun

/** What the file says if its process lives; a stale one is removed. */
const readOccupant = (file: string): Occupant | undefined => {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const read = occupant.safeParse(jsonOrNothing(content))
  if (read.success && isAlive(read.data)) return read.data
  rmSync(file, { force: true })
  return undefined
}

const jsonOrNothing = (content: string): unknown => {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

/** All cards in virtual readers whose processes can be seen from here; files of other namespaces are left alone. */
export const occupants = (): Occupant[] => {
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${here()}-`) && name.endsWith('.json'))
    .flatMap((name) => readOccupant(join(folder, name)) ?? [])
}

/** The card in this reader, if a process of ours holds one there. */
export const occupantOf = (slot: Slot): Occupant | undefined => readOccupant(fileOf(slot))

export type Taken = { taken: true; leave(): void } | { taken: false; by: Occupant }

/** Takes the reader for this process, unless another holds it, or holds the same card: card ids are drawn, so that two testbeds have none in common. */
export const occupy = (slot: Slot, { url, cardId, who }: Pick<Occupant, 'url' | 'cardId' | 'who'>): Taken => {
  const mine: Occupant = {
    ...slot,
    url,
    cardId,
    who,
    pid: process.pid,
    begun: begunOf(process.pid) ?? '',
    namespace: here(),
  }
  mkdirSync(folder, { recursive: true })
  const file = fileOf(mine)
  const other = readOccupant(file)
  if (other !== undefined) return { taken: false, by: other }
  // linked, so that nobody ever sees half a file, and only one of two gets it
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(mine))
  try {
    linkSync(draft, file)
  } catch (error) {
    const faster = readOccupant(file)
    if (faster !== undefined) return { taken: false, by: faster }
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
  const leave = () => {
    if (readOccupant(file)?.pid === process.pid) rmSync(file, { force: true })
  }
  // looked for only now: of two who do this at once at least one sees the other
  const twin = occupants().find((one) => one.pid !== process.pid && one.cardId === cardId)
  if (twin === undefined) return { taken: true, leave }
  leave()
  return { taken: false, by: twin }
}

/** Ends the process that holds this card, which takes the card out; false if it did not end within five seconds. */
export const evict = async (who: Occupant, clock: Clock): Promise<boolean> => {
  if (isAlive(who)) process.kill(who.pid, 'SIGTERM')
  for (const giveUpAt = clock.now() + 5 * SECOND; clock.now() < giveUpAt; await clock.pass(20))
    if (!isAlive(who)) return true
  return false
}
