/** For tests: a body that fits a route's JSON schema, and every way in which it can be broken. */
import { z } from 'zod'

/** As much of JSON schema as our routes' descriptions use. */
export const jsonSchema = z.object({
  type: z.string().optional(),
  get properties() {
    return z.record(z.string(), jsonSchema).optional()
  },
  required: z.array(z.string()).default([]),
  get items() {
    return jsonSchema.optional()
  },
  get oneOf() {
    return z.array(jsonSchema).optional()
  },
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  pattern: z.string().optional(),
  contentEncoding: z.string().optional(),
  minLength: z.number().default(0),
  maxLength: z.number().default(Infinity),
  minimum: z.number().default(-Infinity),
  maximum: z.number().default(Infinity),
})
export type JsonSchema = z.output<typeof jsonSchema>

/** Recognisable in any error: nothing we answer says these by itself. The first that fits a field is its value. */
export const planted = [
  '秘密 花子',
  'Zq7Secret-1',
  '1987-06-05',
  '1987-06',
  'WnE3c2VjcmV0',
  '8317',
  'ZQ7SECRET',
  'C0FFEE4D',
]

/** The alternatives of a body, each without further alternatives. */
export const variants = (schema: JsonSchema): JsonSchema[] => schema.oneOf ?? [schema]

const fits = (text: string, { pattern, minLength, maxLength }: JsonSchema) =>
  (pattern === undefined || new RegExp(pattern, 'u').test(text)) && text.length >= minLength && text.length <= maxLength

const plantedText = (schema: JsonSchema) => {
  const text = planted.find((each) => fits(each, schema))
  if (text === undefined) throw new Error(`nothing to plant fits ${schema.pattern}`)
  return text
}

/** A value of this schema with every optional field; fields named in `known` have that value. */
export const sample = (schema: JsonSchema, known: Record<string, unknown> = {}): unknown => {
  const { type, properties = {}, items, minimum, maximum } = schema
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, known[name] ?? sample(inner, known)]),
    )
  if (type === 'array') return items === undefined ? [] : [sample(items, known)]
  if (type === 'boolean') return true
  return type === 'string' ? plantedText(schema) : Math.min(Math.max(271_828, minimum), maximum)
}

export type Place = { path: string[]; schema: JsonSchema; required: boolean }

/** Every field of the schema, at any depth; an array counts by its first item. */
export const placesIn = (schema: JsonSchema, path: string[] = []): Place[] => {
  const { properties = {}, items, required } = schema
  const own = Object.entries(properties).map(([name, inner]) => ({ name, inner, required: required.includes(name) }))
  if (items !== undefined) own.push({ name: '0', inner: items, required: false })
  return own.flatMap(({ name, inner, required: needed }) => {
    const here = [...path, name]
    return [{ path: here, schema: inner, required: needed }, ...placesIn(inner, here)]
  })
}

const put = (value: unknown, [name, ...rest]: readonly string[], inner: unknown): unknown => {
  if (name === undefined) return inner
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === name ? put(item, rest, inner) : item))
  const fields = Object.entries(z.record(z.string(), z.unknown()).parse(value ?? {}))
  const before = fields.find(([other]) => other === name)?.[1]
  return Object.fromEntries([...fields.filter(([other]) => other !== name), [name, put(before, rest, inner)]])
}

const mark = '@here@'

/** The JSON text of `body` with other JSON text in one place, so that it may be what JSON.stringify would never write. */
export const withText = (body: unknown, path: readonly string[], text: string) =>
  JSON.stringify(put(body, path, mark)).replace(JSON.stringify(mark), () => text)

const withUnknown = (body: unknown, path: readonly string[], name: string) =>
  JSON.stringify(put(body, [...path, mark], { admin: true })).replace(JSON.stringify(mark), () => JSON.stringify(name))

const levels = 100_000
export const deepArray = '['.repeat(levels) + ']'.repeat(levels)
const deepObject = '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)
const longText = JSON.stringify('x'.repeat(900_000))

const wrongTypes: Record<string, string[]> = {
  string: ['null', 'true', '12', '[]', '{}', longText],
  number: ['null', 'true', '"12"', '[]', '{}', '1e999', '-1'],
  integer: ['null', 'true', '"12"', '[]', '{}', '1e999', '1.5', '-1'],
  boolean: ['null', '0', '"true"', '[]', '{}'],
  array: ['null', '{}', '"x"', '0'],
  object: ['null', '[]', '"x"', '0', 'true'],
}
const notObjects = ['[]', '"x"', '1', 'null', 'true', '[{}]', deepArray, deepObject]
const unknownNames = ['Zq7unknown', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

/** A broken body; `field` is the JSON pointer that must be named. */
export type Broken = { how: string; text: string; field: string }

const pointer = (path: readonly string[]) => '/' + path.join('/')

const atPlace =
  (body: unknown) =>
  ({ path, schema, required }: Place): Broken[] => {
    const field = pointer(path)
    const wrong = [...(wrongTypes[schema.type ?? ''] ?? []), deepArray]
    if (schema.enum !== undefined || schema.const !== undefined) wrong.push('"no-such-choice"', '"constructor"')
    return [
      ...(required ? [{ how: `${field} missing`, text: JSON.stringify(put(body, path, undefined)), field }] : []),
      ...wrong.map((text) => ({ how: `${field} is ${text.slice(0, 20)}`, text: withText(body, path, text), field })),
    ]
  }

/** Bodies that are JSON but do not fit: each must be refused with 422. */
export const brokenBodies = (schema: JsonSchema): Broken[] =>
  variants(schema).flatMap((variant) => {
    const body = sample(variant)
    const places = placesIn(variant)
    const objects = [[], ...places.filter(({ schema: { type } }) => type === 'object').map(({ path }) => path)]
    return [
      ...notObjects.map((text) => ({ how: `body is ${text.slice(0, 20)}`, text, field: '/' })),
      ...places.flatMap(atPlace(body)),
      ...objects.flatMap((path) =>
        unknownNames.map((name) => ({
          how: `${pointer(path)} has ${name}`,
          text: withUnknown(body, path, name),
          field: pointer([...path, name]),
        })),
      ),
    ]
  })
