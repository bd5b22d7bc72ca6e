/** How far the time of a kept world had come: its clock never goes back, even when it had been advanced past real time. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { max } from 'drizzle-orm'
import { journalTable } from './core/journal.ts'
import { openStore } from './core/store.ts'

/** The latest instant (Unix ms) in any journal of the world in `folder`; 0 where there is none. */
export const reachedBefore = async (folder: string): Promise<number> => {
  if (!existsSync(folder)) return 0
  let reached = 0
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.db'))) {
    const store = await openStore(join(folder, file))
    await store.declare(journalTable)
    const [row] = await store.read.select({ at: max(journalTable.at) }).from(journalTable)
    reached = Math.max(reached, row?.at ?? 0)
    await store.close()
  }
  return reached
}
