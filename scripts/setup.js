/** Makes a fresh clone ready: installs the locked packages, makes card keys meanwhile, and with `--portal` builds the portal; does nothing when all is up to date. Needs only Node and npm. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startFillingKeyPool } from './keyPool.js'
import { portalStamp } from './portalStamp.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.common-id-setup')
const japanese = /^ja/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '')
const say = (ja, en) => console.log(japanese ? ja : en)

/** Card keys made ahead: enough for everybody in scenarios/people.ts, twice over. What is missing the world makes beside its work. */
const keysWanted = 128

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 20) {
  say(
    `Node.js 20 以上が必要です（現在 ${process.versions.node}）。`,
    `Node.js 20 or later is needed (this is ${process.versions.node}).`,
  )
  process.exit(1)
}

/** Runs a command and ends it when this script is told to end; resolves to whether it did what it should. Its errors are always shown. */
const run = (command, args, stdout = 'inherit') =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['inherit', stdout, 'inherit'],
      shell: process.platform === 'win32',
    })
    let told
    const end = (signal) => {
      told ??= signal
      // npm takes up to a minute to end by itself; what it leaves behind is thrown away by the next npm ci
      child.kill('SIGKILL')
    }
    process.on('SIGINT', end).on('SIGTERM', end)
    child.once('error', (error) => {
      console.error(String(error))
      resolve(false)
    })
    child.once('exit', (code) => {
      if (told !== undefined) process.exit(128 + constants.signals[told])
      process.off('SIGINT', end).off('SIGTERM', end)
      resolve(code === 0)
    })
  })

const lock = readFileSync(join(root, 'package-lock.json'))
const wanted = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex')
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''

if (installed !== wanted) {
  const started = Date.now()
  say(
    '準備  パッケージを導入し、その間にカードの鍵を作っています（1 分ほど）…',
    'Set-up  installing packages, making keys for the cards meanwhile (about a minute) …',
  )
  const keys = startFillingKeyPool(join(root, 'data', 'key-pool'), keysWanted)
  const done = await run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'])
  await keys.stop()
  if (!done) {
    say(
      'パッケージを導入できませんでした。ネットワークと npm の設定を確かめてください。',
      'The packages could not be installed. Check the network and npm’s settings.',
    )
    process.exit(1)
  }
  if (keys.failure() !== undefined)
    say(
      `      鍵は作れませんでした。必要になったときに作ります（${keys.failure().message}）`,
      `        no keys could be made; they will be made when needed (${keys.failure().message})`,
    )
  writeFileSync(stamp, wanted)
  const seconds = Math.round((Date.now() - started) / 1000)
  say(`      完了（${seconds} 秒）`, `        done (${seconds} s)`)
}

const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const node = existsSync(pinned) ? pinned : process.execPath
const usable = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
if (Number(usable.slice(1).split('.')[0]) < 24) {
  say(
    `この環境（${process.platform} ${process.arch}）向けの Node.js が同梱されていません。Node.js 26 を入れて、もう一度実行してください。`,
    `No pinned Node.js exists for ${process.platform} ${process.arch}: install Node.js 26 and run this again.`,
  )
  process.exit(1)
}

const portal = join(root, 'portal-dashboard')
const built = process.argv.includes('--portal')
  ? portalStamp(portal, { lock, also: join(root, 'sim', 'messages') })
  : undefined
if (built !== undefined && !built.isBuilt()) {
  say('準備  ポータルを組み立てています（10 秒ほど）…', 'Set-up  building the portal (about ten seconds) …')
  const started = Date.now()
  // Vite needs a newer Node than the machine may have
  if (
    !(await run(
      node,
      [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', portal, '--logLevel', 'error'],
      'ignore',
    ))
  ) {
    say('ポータルを組み立てられませんでした。', 'The portal could not be built.')
    process.exit(1)
  }
  built.note()
  const seconds = Math.round((Date.now() - started) / 1000)
  say(`      完了（${seconds} 秒）`, `        done (${seconds} s)`)
}
