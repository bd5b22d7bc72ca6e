/** `npm run acceptance:card`: installs what is needed, then runs the card's acceptance tests in a place of their own, and cleans up. */
import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cardSoftwareVersions, installCardSoftware, NoCardSoftware } from './install.ts'
import { foldersName, isolated, markName } from './isolation.ts'
import { markedProcesses, mountsOf } from './leftovers.ts'
import { buildSmartcard } from './smartcardPackage.ts'

const root = join(import.meta.dirname, '..', '..')
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const config = join(import.meta.dirname, 'vitest.config.ts')

/** Versions, and pictures of the browser, for people to look at. */
const resultFolder = join(root, 'data', 'acceptance-card')

/** Containers may forbid it. */
const checkIsolation = () => {
  const { status, stderr } = spawnSync(...isolated(['true']), { encoding: 'utf8' })
  if (status === 0) return
  throw new NoCardSoftware(
    `名前空間を作れません。root か、ユーザー名前空間の使える環境で実行してください（Docker なら --privileged）。
no namespaces can be made here: run it as root, or where user namespaces are allowed (Docker: --privileged).
${stderr}`,
  )
}

const main = async (): Promise<number> => {
  if (process.platform !== 'linux')
    throw new NoCardSoftware('Linux でだけ動きます（名前空間を使います）。/ Linux only: it uses namespaces.')
  installCardSoftware()
  buildSmartcard()
  checkIsolation()
  rmSync(resultFolder, { recursive: true, force: true })
  mkdirSync(resultFolder, { recursive: true })
  const versions = cardSoftwareVersions()
  writeFileSync(join(resultFolder, 'versions.txt'), `${versions.join('\n')}\nnode ${process.version}\n`)
  console.log(versions.join(', '))

  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'card-acceptance-')))
  // where \`npm run card\` notes which reader holds which card: what a person has in a reader meanwhile is not touched
  const readers = join(root, 'data', 'readers')
  mkdirSync(readers, { recursive: true })
  const mark = randomUUID()
  const tests = [process.execPath, vitest, 'run', '--config', config, ...process.argv.slice(2)]
  const places = { TMPDIR: folder, HOME: folder, [foldersName]: `${folder} ${readers}`, CARD_RESULTS: resultFolder }
  const child = spawn(...isolated(tests), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...places, [markName]: mark },
  })
  // whoever ends this ends everything: the kernel kills what is inside when `unshare` dies
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGKILL'))
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
  const left = [...markedProcesses(mark), ...mountsOf(folder), ...mountsOf(readers)]
  rmSync(folder, { recursive: true, force: true })
  if (left.length > 0) console.error(`残っています / left behind:\n${left.join('\n')}`)
  return left.length > 0 ? 1 : status
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof NoCardSoftware)) throw error
  console.error(error.message)
  process.exitCode = 1
}
