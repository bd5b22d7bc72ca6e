/** Installs the certificate linters zlint and pkilint into data/tools at pinned versions; does nothing when they are there. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** 3.7.2 and 3.7.3 need a revision of publicsuffix-go that the Go module proxy does not serve. */
const zlintModule = 'github.com/zmap/zlint/v3/cmd/zlint@v3.6.1'
const requirements = join(import.meta.dirname, 'pkilint-requirements.txt')

const windows = process.platform === 'win32'
const folder = resolve(import.meta.dirname, '../../data/tools')
const environment = join(folder, 'pkilint')
const scripts = join(environment, windows ? 'Scripts' : 'bin')
const zlint = join(folder, 'bin', windows ? 'zlint.exe' : 'zlint')
const stamp = join(folder, 'installed')

/** Where the programs are: zlint itself, and the folder of pkilint's commands. */
export type LintTools = { zlint: string; pkilint: string }

/** Why there are no linters, for the person who started it. */
export class NoLintTools extends Error {}

const japanese = /^ja/i.test(process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || '')
const say = (ja: string, en: string) => console.log(japanese ? ja : en)

function run(command: string, args: string[], env: Record<string, string> = {}): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 10 * 60_000,
  })
  if (status === 0) return
  const needed = japanese
    ? `${command} を実行できませんでした。Go 1.21 以上と Python 3.10 以上（venv 付き）が必要です。`
    : `${command} could not do its work; Go 1.21 or later and Python 3.10 or later with venv are needed.`
  throw new NoLintTools(`${needed}\n${error?.message ?? (stderr || stdout).slice(-2000)}`)
}

const isThere = (command: string, version: string) => spawnSync(command, [version]).status === 0

function python(): string {
  const found = (windows ? ['python', 'python3'] : ['python3', 'python']).find((name) => isThere(name, '--version'))
  if (found) return found
  throw new NoLintTools(japanese ? 'Python 3.10 以上が必要です。' : 'Python 3.10 or later is needed.')
}

function installZlint(): void {
  if (!isThere('go', 'version'))
    throw new NoLintTools(japanese ? 'Go 1.21 以上が必要です。' : 'Go 1.21 or later is needed.')
  say('リンター 1/2  zlint を作っています（1 分ほど）…', 'Linters 1/2  building zlint (about a minute) …')
  run('go', ['install', zlintModule], { GOBIN: join(folder, 'bin'), GOTOOLCHAIN: 'local', CGO_ENABLED: '0' })
}

function installPkilint(): void {
  say('リンター 2/2  pkilint を導入しています（数秒）…', 'Linters 2/2  installing pkilint (some seconds) …')
  rmSync(environment, { recursive: true, force: true })
  run(python(), ['-m', 'venv', environment])
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
  run(join(scripts, windows ? 'python.exe' : 'python'), pip)
}

/** Installs what is missing. Throws NoLintTools when Go, Python or a package cannot be had. */
export function installLintTools(): LintTools {
  const wanted = `${zlintModule}\n${readFileSync(requirements, 'utf8')}`
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
  if (installed !== wanted || !existsSync(zlint)) {
    mkdirSync(folder, { recursive: true })
    installZlint()
    installPkilint()
    writeFileSync(stamp, wanted)
  }
  return { zlint, pkilint: scripts }
}

if (import.meta.main) {
  try {
    installLintTools()
  } catch (error) {
    if (!(error instanceof NoLintTools)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
