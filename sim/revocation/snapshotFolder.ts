/** Keeps accepted snapshots as files, so that a crash at any instant leaves the old or the new one, never half of one. */
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chunks } from './snapshotRead.ts'

export type Kept = { readonly type: 'full' | 'delta'; readonly number: number; readonly chunks: () => Chunks }

/** A snapshot on its way to the disk. */
export type Incoming = {
  /** The same bytes, which are written as they are read. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Makes it durable under its name: from now on it is found at the next start. */
  commit(type: 'full' | 'delta', number: number): Promise<void>
  discard(): Promise<void>
}

export type SnapshotFolder = {
  /** The complete snapshot, then the deltas that follow it, by number. */
  kept(): Promise<Kept[]>
  receive(chunks: Chunks): Promise<Incoming>
}

const nameOf = (type: 'full' | 'delta', number: number) => `${type}-${String(number).padStart(16, '0')}`
const readBytes = 1024 ** 2

/** A rename is on disk when its directory is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function list(folder: string): Promise<Omit<Kept, 'chunks'>[]> {
  const names = await readdir(folder)
  return names.flatMap((name) => {
    const [, type, number] = /^(full|delta)-(\d{16})$/.exec(name) ?? []
    return type === 'full' || type === 'delta' ? [{ type, number: Number(number) }] : []
  })
}

/** The newest complete snapshot and what follows it; all else is left over. */
function select(files: Omit<Kept, 'chunks'>[]): Omit<Kept, 'chunks'>[] {
  const byNumber = files.toSorted((a, b) => a.number - b.number)
  const full = byNumber.findLast(({ type }) => type === 'full')
  return full ? [full, ...byNumber.filter(({ type, number }) => type === 'delta' && number > full.number)] : []
}

/** One writer at a time: the live index calls this in turn. */
export async function openSnapshotFolder(folder: string): Promise<SnapshotFolder> {
  await mkdir(folder, { recursive: true })
  const incomingPath = join(folder, 'incoming')
  await rm(incomingPath, { force: true })

  async function removeLeftOver(): Promise<void> {
    const files = await list(folder)
    const wanted = new Set(select(files).map(({ type, number }) => nameOf(type, number)))
    for (const { type, number } of files) {
      const name = nameOf(type, number)
      if (!wanted.has(name)) await rm(join(folder, name), { force: true })
    }
  }

  return {
    kept: async () =>
      select(await list(folder)).map(({ type, number }) => ({
        ...{ type, number },
        chunks: () => createReadStream(join(folder, nameOf(type, number)), { highWaterMark: readBytes }),
      })),
    receive: async (source) => {
      const file = await open(incomingPath, 'w')
      const chunks = async function* () {
        for await (const chunk of source) {
          for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten
          yield chunk
        }
      }
      return {
        chunks: chunks(),
        commit: async (type, number) => {
          await file.sync()
          await file.close()
          await rename(incomingPath, join(folder, nameOf(type, number)))
          await syncFolder(folder)
          if (type === 'full') await removeLeftOver()
        },
        discard: async () => {
          await file.close()
          await rm(incomingPath, { force: true })
        },
      }
    },
  }
}
