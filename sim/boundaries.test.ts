/** The house rules that a compiler does not know: which way imports point, and who may touch time, chance and the network. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

const walk = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return walk(path)
    return name.endsWith('.ts') ? [path] : []
  })

const files = [...walk(join(root, 'sim')), ...walk(join(root, 'scenarios'))].map((path) => ({
  path: relative(root, path).replaceAll('\\', '/'),
  text: readFileSync(path, 'utf8'),
}))
const isTest = (path: string) => /\.test\.ts$/.test(path) || /(^|\/)test[A-Z]\w*\.ts$/.test(path)
const code = files.filter(({ path }) => !isTest(path))

const parties = ['ca', 'municipality', 'card', 'platform', 'insurer', 'clinic', 'payment', 'catv', 'subscription']
const composition = new Set(['sim/world.ts', 'sim/population/authority.ts'])

/** core 0 ← pki, messages, revocation, provider (what every provider does at the platform) 1 ← party 2 ← world, population 3 ← scenarios 4 */
const level = (path: string) => {
  if (path.startsWith('scenarios/')) return 4
  const [, room = ''] = path.split('/')
  if (room === 'core') return 0
  if (['pki', 'messages', 'revocation', 'provider'].includes(room)) return 1
  return parties.includes(room) ? 2 : 3
}
const partyOf = (path: string) => parties.find((party) => path.startsWith(`sim/${party}/`))

const imports = ({ path, text }: { path: string; text: string }) =>
  [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gm)].map(
    ([, type, target = '']) => ({
      from: path,
      to: relative(root, resolve(root, dirname(path), target)).replaceAll('\\', '/'),
      typeOnly: type !== undefined,
    }),
  )

test('imports point one way: core, then pki and messages, then parties, then the world, then scenarios', () => {
  const wrong = code.flatMap(imports).filter(({ from, to }) => level(to) > level(from))
  expect(
    wrong.filter(({ from, typeOnly }) => !(typeOnly && (level(from) === 2 || from.startsWith('sim/provider/')))),
  ).toEqual([])
})

test('core knows nothing of JPKI', () => {
  expect(
    code
      .filter(({ path, text }) => path.startsWith('sim/core/') && /jpki|certificate|insur|mynumber/i.test(text))
      .map(({ path }) => path),
  ).toEqual([])
})

test('a party imports only types of another party', () => {
  const wrong = code.flatMap(imports).filter(({ from, to, typeOnly }) => {
    const [mine, theirs] = [partyOf(from), partyOf(to)]
    return mine !== undefined && theirs !== undefined && mine !== theirs && !typeOnly
  })
  expect(wrong).toEqual([])
})

/** What of the card's folder belongs to terminals, readers and whoever reads their traces: it knows the card by its APDUs only. */
const terminals = new Set(
  ['reader', 'tokenInfo', 'apduTrace', 'vpcd', 'pcsc', 'explain'].map((name) => `sim/card/${name}.ts`),
)

test('only the world imports parties’ code; scenarios may use what a terminal does with a card', () => {
  const wrong = code.flatMap(imports).filter(({ from, to, typeOnly }) => {
    const theirs = partyOf(to)
    return theirs !== undefined && partyOf(from) !== theirs && !typeOnly && !composition.has(from) && !terminals.has(to)
  })
  expect(wrong).toEqual([])
})

test('only core touches the wall clock, timers, chance and fetch', () => {
  const forbidden = /\bDate\.now\(|new Date\(\)|\bsetTimeout\(|\bsetInterval\(|\bMath\.random\(|(?<![.\w])fetch\(/
  const allowed = new Set(['sim/split.ts'])
  expect(
    code
      .filter(({ path, text }) => level(path) > 0 && !allowed.has(path) && forbidden.test(text))
      .map(({ path }) => path),
  ).toEqual([])
})

test('only pki imports pkijs and asn1js', () => {
  expect(
    code
      .filter(({ path, text }) => !path.startsWith('sim/pki/') && /from '(pkijs|asn1js|pvtsutils)'/.test(text))
      .map(({ path }) => path),
  ).toEqual([])
})

test('every party folder has the same rooms', () => {
  const missing = parties
    .flatMap((party) => ['index.ts', 'app.ts', 'store.ts'].map((file) => `sim/${party}/${file}`))
    .filter((path) => !files.some((file) => file.path === path))
  expect(missing).toEqual([])
})

test('files stay small: 400 lines at most', () => {
  const long = code.filter(({ text }) => text.split('\n').length > 400).map(({ path }) => path)
  expect(long).toEqual([])
})

test('every file says first what it is for', () => {
  expect(code.filter(({ text }) => !/^\s*\/\*\*/.test(text)).map(({ path }) => path)).toEqual([])
})
