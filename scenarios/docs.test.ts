/** What the documents say, held against the code: commands, variables, scenarios, links, and a row for everything assumed. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { defaultVariables, readVariables, variables } from '../sim/variables.ts'
import { catalogue } from './catalogue.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const readmes = ['README.md', 'README.ja.md']
const documents = [
  ...readmes,
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The cells of the table whose first column has this heading, row by row. */
const rowsOf = (text: string, heading: RegExp): string[][] => {
  const [, body = ''] = new RegExp(`^\\| (?:${heading.source}) +\\|.*\n.*\n((?:\\|.*\n)+)`, 'm').exec(text) ?? []
  return body
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
const commandRows = (path: string) => rowsOf(read(path), /command|コマンド/)
const scenarioRows = (path: string) => rowsOf(read(path), /scenario|シナリオ/)
const variableRows = (path: string) =>
  rowsOf(read(path), /variable|変数/).map(([name = '', values = '']) => ({
    variable: quoted(name)[0] ?? '',
    values: quoted(values),
  }))
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, inside = '']) => inside)

/** `npm start` and `npm run x`, as the names of scripts. */
const scriptsIn = (text: string) =>
  [
    ...new Set([...text.matchAll(/npm (?:run ([\w-]+)|(start|test))/g)].map(([, run, short]) => run ?? short ?? '')),
  ].sort()

test('both readmes name the same commands, and package.json has them', () => {
  const [english, japanese] = readmes.map((path) => scriptsIn(read(path)))
  expect(english).toEqual(japanese)
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
  expect(documents.flatMap((path) => scriptsIn(read(path))).filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
})

test('both readmes list every scenario, and no other', () => {
  for (const path of readmes)
    expect({ path, listed: scenarioRows(path).map(([name = '']) => quoted(name)[0]) }).toEqual({
      path,
      listed: catalogue.map(({ id }) => id),
    })
})

test('both readmes list every variable with values it can have, the standard one first', () => {
  for (const path of readmes) {
    const listed = variableRows(path)
    expect({ path, names: listed.map(({ variable }) => variable) }).toEqual({ path, names: Object.keys(variables) })
    const standard = listed.map(({ variable, values: [first] }) => readVariables([`${variable}=${first}`]))
    expect(Object.assign({}, ...standard)).toEqual(defaultVariables)
    const written = listed.flatMap(({ variable, values }) => values.map((value) => `${variable}=${value}`))
    expect(() => readVariables(written)).not.toThrow()
  }
})

test('both readmes list every choice of a variable', () => {
  const choices = Object.entries(variables).filter(([, { form }]) => /^[a-z][\w-]*(\|[a-z][\w-]*)+$/.test(form))
  expect(choices.length).toBeGreaterThan(0)
  for (const path of readmes) {
    const listed = new Map(variableRows(path).map(({ variable, values }) => [variable, values.toSorted()]))
    for (const [name, { form }] of choices)
      expect({ path, name, values: listed.get(name) }).toEqual({ path, name, values: form.split('|').sort() })
  }
})

test('benchmarks that the readmes name exist', () => {
  const known = [...read('bench/run.ts').matchAll(/^  (\w+): '/gm)].map(([, name]) => name)
  for (const path of readmes) {
    const [row] = commandRows(path).filter(([name = '']) => name.includes('npm run bench'))
    const named = quoted(row?.[1] ?? '')
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  }
})

test('links between documents lead somewhere', () => {
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  )
  expect(broken).toEqual([])
})

test('the design names every room of the house', () => {
  const [, rooms = ''] = /## Rooms\n+```\n([\s\S]*?)```/.exec(read('docs/design.md')) ?? []
  const isParty = (folder: string) => existsSync(join(root, 'sim', folder, 'app.ts'))
  const folders = readdirSync(join(root, 'sim')).filter((name) => statSync(join(root, 'sim', name)).isDirectory())
  expect(folders.filter((name) => !isParty(name) && !rooms.includes(`sim/${name}/`))).toEqual([])
})

const assumptions = [...read('docs/assumptions.md').matchAll(/^\| A-(\d+) .*\|$/gm)].map(([line, number]) => ({
  number: Number(number),
  places: quoted(line.split('|')[4] ?? '').map((place) =>
    /^(scenarios|scripts)\//.test(place) ? place : `sim/${place}`,
  ),
}))

test('assumptions are numbered without gaps, and none twice', () => {
  const numbers = assumptions.map(({ number }) => number).sort((a, b) => a - b)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  expect(numbers.length).toBeGreaterThan(0)
})

test('every assumption names a place that exists', () => {
  const missing = assumptions.flatMap(({ number, places }) =>
    places.length === 0 ? [`A-${number}`] : places.filter((place) => !existsSync(join(root, place))),
  )
  expect(missing).toEqual([])
})

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((found) => {
    const path = join(folder, found.name)
    if (found.isDirectory()) return walk(path)
    return found.name.endsWith('.ts') ? [relative(root, path).replaceAll('\\', '/')] : []
  })

test('every file that assumes something is named by an assumption', () => {
  const isTest = (path: string) => /\.test\.ts$|(^|\/)test[A-Z]\w*\.ts$/.test(path)
  const assuming = [...walk(join(root, 'sim')), ...walk(join(root, 'scenarios'))].filter(
    (path) => !isTest(path) && /\bassumed\b/i.test(read(path)),
  )
  expect(assuming.length).toBeGreaterThan(0)
  const places = assumptions.flatMap((row) => row.places)
  const isNamed = (path: string) =>
    places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
  expect(assuming.filter((path) => !isNamed(path))).toEqual([])
})
