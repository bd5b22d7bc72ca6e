/** Makes a fresh clone ready: installs the locked packages and fills the pool of card keys; does nothing when all is up to date. Needs only Node and npm. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.common-id-setup')
const japanese = /^ja/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '')
const say = (ja, en) => console.log(japanese ? ja : en)

/** Card keys made ahead: enough for everybody in scenarios/people.ts, twice over. */
const keysWanted = 128

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 20) {
  say(
    `Node.js 20 以上が必要です（現在 ${process.versions.node}）。`,
    `Node.js 20 or later is needed (this is ${process.versions.node}).`,
  )
  process.exit(1)
}

const run = (command, args, failure) => {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  say(failure.ja, failure.en)
  if (error) console.error(String(error))
  process.exit(status ?? 1)
}

const lock = readFileSync(join(root, 'package-lock.json'))
const wanted = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex')
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''

if (installed !== wanted) {
  const started = Date.now()
  say('準備 1/2  パッケージを導入しています（1 分ほど）…', 'Set-up 1/2  installing packages (about a minute) …')
  run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], {
    ja: 'パッケージを導入できませんでした。ネットワークと npm の設定を確かめてください。',
    en: 'The packages could not be installed. Check the network and npm’s settings.',
  })
  writeFileSync(stamp, wanted)
  say(
    `           完了（${Math.round((Date.now() - started) / 1000)} 秒）`,
    `           done (${Math.round((Date.now() - started) / 1000)} s)`,
  )
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

const pool = join(root, 'data', 'key-pool')
const keysThere = existsSync(pool) ? readFileSync(pool, 'utf8').split('\n').length - 1 : 0
if (keysThere < keysWanted) {
  say('準備 2/2  カードの鍵を作っています（10 秒ほど）…', 'Set-up 2/2  making keys for the cards (about 10 seconds) …')
  mkdirSync(join(root, 'data'), { recursive: true })
  run(node, [join(root, 'sim', 'card', 'fillKeyPool.ts'), pool, String(keysWanted)], {
    ja: 'カードの鍵を作れませんでした。',
    en: 'The keys for the cards could not be made.',
  })
}
