/** `npm run journal -- verify RUN`: checks the hash chains of a run; `show RUN` prints its merged journal, a line an entry. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { mergeJournals, readJournal, verifyJournal } from '../sim/core/journal.ts'
import { openStore } from '../sim/core/store.ts'
import { runsFolder } from './runner.ts'

const runs = () => (existsSync(runsFolder) ? readdirSync(runsFolder).sort() : [])

const databases = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.db'))
    .map((file) => ({ party: file.slice(0, -3), path: join(folder, file) }))

const main = async (): Promise<number> => {
  const [command, run] = process.argv.slice(2)
  const folder = run === undefined ? '' : existsSync(run) ? run : join(runsFolder, run)
  if ((command !== 'verify' && command !== 'show') || run === undefined || !existsSync(folder)) {
    console.error('usage: npm run journal -- verify|show RUN')
    if (run !== undefined) console.error(`there is no run ${run}; runs:`)
    for (const known of runs()) console.error(`  ${known}`)
    return 2
  }
  let intact = true
  const journals = []
  for (const { party, path } of databases(folder)) {
    const store = await openStore(path)
    const verified = await verifyJournal(store.read)
    if (verified.result === 'broken') intact = false
    if (command === 'verify') {
      const said =
        verified.result === 'intact'
          ? `intact   ${String(verified.entries).padStart(7)} entries  head ${verified.head}`
          : `BROKEN   at entry ${verified.at}`
      console.log(`${party.padEnd(24)} ${said}`)
    } else journals.push(await readJournal(party, store.read))
    await store.close()
  }
  for (const { order, at, party, kind, body } of mergeJournals(journals)) {
    console.log(
      `${String(order).padStart(7)} ${new Date(at).toISOString()} ${party.padEnd(22)} ${kind.padEnd(10)} ${JSON.stringify(body)}`,
    )
  }
  return intact ? 0 : 1
}

process.exit(await main())
