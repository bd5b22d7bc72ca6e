/** Builds the optional npm package `smartcard` (PC/SC for Node) apart from the project's own packages, once. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { NoCardSoftware } from './install.ts'

/** With all they need, so that the same is built everywhere; both MIT. */
const dependencies = { smartcard: '3.7.0', 'node-addon-api': '7.1.1' }

const folder = resolve(import.meta.dirname, '../../data/tools/smartcard')
const built = join(folder, 'built')

/** Where `import('smartcard')` finds it. */
const smartcardEntry = join(folder, 'node_modules', 'smartcard', 'dist', 'lib', 'index.js')

/** Node's headers on this machine, so that node-gyp need not fetch them; the built file works with every version (Node-API). */
const headers = () =>
  ['/usr', '/usr/local', dirname(dirname(process.execPath))].find((place) =>
    existsSync(join(place, 'include', 'node', 'node_api.h')),
  )

/** Does nothing when it is there. */
export const buildSmartcard = () => {
  if (existsSync(built) && existsSync(smartcardEntry)) return
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  console.log('smartcard を作っています（10 秒ほど）… / building smartcard (some ten seconds) …')
  const place = headers()
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...(place !== undefined && { npm_config_nodedir: place }) },
      timeout: 5 * 60_000,
    },
  )
  if (status !== 0)
    throw new NoCardSoftware(
      `smartcard を作れませんでした / smartcard could not be built:\n${error?.message ?? (stderr || stdout).slice(-2000)}`,
    )
  writeFileSync(built, '')
}
