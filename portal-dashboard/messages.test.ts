/** Everything a person reads is in both languages: the catalogues agree, are used, and no words stand in the markup. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse } from 'svelte/compiler'
import { expect, test } from 'vitest'

const here = import.meta.dirname

const catalogue = (language: string): Record<string, string> => {
  const { $schema: _, ...messages } = JSON.parse(readFileSync(join(here, 'messages', `${language}.json`), 'utf8'))
  return messages
}
const japanese = catalogue('ja')
const english = catalogue('en')

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((found) => {
    const path = join(folder, found.name)
    return found.isDirectory() ? (found.name === 'paraglide' ? [] : walk(path)) : [path]
  })
const sources = walk(join(here, 'src')).map((path) => ({
  path: relative(here, path),
  text: readFileSync(path, 'utf8'),
}))

test('both catalogues have the same messages, none of them empty', () => {
  expect(Object.keys(japanese)).toEqual(Object.keys(english))
  expect(Object.entries({ ...japanese, ...english }).filter(([, words]) => words.trim() === '')).toEqual([])
})

test('a message takes the same values in both languages', () => {
  const values = (words = '') => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
  expect(Object.keys(japanese).filter((key) => values(japanese[key]).join() !== values(english[key]).join())).toEqual(
    [],
  )
})

test('Japanese messages are Japanese, English ones are not', () => {
  const kana = /[\u3040-\u30ff\u4e00-\u9fff]/
  /** Nothing but signs and values. */
  const isWordless = (words = '') => !/\p{L}/u.test(words.replace(/\{\w+\}/g, ''))
  expect(Object.entries(japanese).filter(([, words]) => !isWordless(words) && !kana.test(words))).toEqual([])
  expect(Object.keys(english).filter((key) => kana.test(english[key] ?? ''))).toEqual([])
})

test('every message is used', () => {
  const used = new Set(sources.flatMap(({ text }) => [...text.matchAll(/\bm\.(\w+)/g)].map(([, key]) => key)))
  expect(Object.keys(japanese).filter((key) => !used.has(key))).toEqual([])
})

type Found = { path: string; words: string }

/** Attributes that are shown or read out. */
const spokenAttributes = ['aria-label', 'title', 'alt', 'placeholder', 'label', 'words', 'hint', 'caption', 'name']

const isNode = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && 'type' in value

const wordsIn = (path: string, node: unknown, found: Found[], attribute?: string): void => {
  if (Array.isArray(node)) return node.forEach((one) => wordsIn(path, one, found, attribute))
  // a length or a colour set on an element is no text
  if (!isNode(node) || node['type'] === 'StyleDirective') return
  if (node['type'] === 'Text' && (attribute === undefined || spokenAttributes.includes(attribute))) {
    const words = String(node['data'])
    if (/\p{L}/u.test(words)) found.push({ path, words: words.trim() })
  }
  const inside = node['type'] === 'Attribute' ? String(node['name']) : attribute
  for (const [key, value] of Object.entries(node))
    if (key !== 'metadata' && key !== 'css') wordsIn(path, value, found, inside)
}

test('no words stand in the markup, and no Japanese in the code: everything comes from the catalogues', () => {
  const components = sources.filter(({ path }) => path.endsWith('.svelte'))
  expect(components.length).toBeGreaterThan(20)
  const found: Found[] = []
  for (const { path, text } of components) {
    const { fragment } = parse(text, { modern: true, filename: path })
    wordsIn(path, fragment, found)
  }
  // names of icons are no words
  const icons = new Set(
    readFileSync(join(here, 'src', 'design', 'icons.ts'), 'utf8')
      .match(/^ {2}\w+(?=:)/gm)
      ?.map((name) => name.trim()),
  )
  expect(found.filter(({ words }) => !icons.has(words))).toEqual([])
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|<!--[\s\S]*?-->/g, '')
  const inJapanese = sources.filter(
    ({ path, text }) =>
      !path.endsWith('.test.ts') && !path.endsWith('.css') && /[\u3040-\u30ff\u4e00-\u9fff]/.test(code(text)),
  )
  expect(inJapanese.map(({ path }) => path)).toEqual([
    'src/lib/instant.ts',
    'src/rooms/home/home.ts',
    'src/rooms/stage/testEvent.ts',
  ])
})
