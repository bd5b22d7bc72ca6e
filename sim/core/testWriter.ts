/** A process of its own that adds rows to a store others write to as well: `node testWriter.ts <path> <name> <count>`. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { createClock } from './clock.ts'
import { createJournal } from './journal.ts'
import { openStore } from './store.ts'

export const notesTable = sqliteTable('notes', { id: integer().primaryKey(), text: text().notNull() })

if (process.argv[1] === import.meta.filename) {
  const [path = '', name = '', count = '0'] = process.argv.slice(2)
  const store = await openStore(path)
  const journal = createJournal(store, createClock({ mode: 'virtual' }))
  for (let i = 0; i < Number(count); i++) {
    await store.write(async (tx) => {
      await tx.insert(notesTable).values({ text: `${name} ${i}` })
      await journal.appendIn(tx, 'step', { name, i })
    })
  }
  await store.close()
}
