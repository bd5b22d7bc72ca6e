/** Bodies opened for people: what is encoded is told in words, what was masked is said to be, and nothing broken breaks the page. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataClassNames } from '../messages/dataClassNames.ts'
import { signDocument } from '../pki/cms.ts'
import { generateKeyPair, keySigner } from '../pki/key.ts'
import { createAuthority, hanako, issueSignature, now } from '../pki/testHierarchy.ts'
import { contentOf } from './content.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

const signed = async () => {
  const ca = await createAuthority('signature')
  const keyPair = await generateKeyPair()
  const certificate = await issueSignature({ ca, keyPair })
  const document = new TextEncoder().encode('口座開設申込書')
  return signDocument({ document, signer: keySigner(keyPair.privateKey), certificate, signingTime: now })
}

test('a signed document shows what was signed, by whom and when', async () => {
  const cms = await signed()
  const { decoded, rows } = contentOf(JSON.stringify({ signedDocument: base64(cms) }), 1)
  const [document] = decoded
  expect(document).toMatchObject({ kind: 'cms', path: '/signedDocument', unreadable: null })
  const value = (label: string) => document?.fields.find((field) => field.label.en === label)?.value
  expect([value('document'), value('signature'), value('signing time')]).toEqual([
    ...['口座開設申込書', 'ok', new Date(now).toISOString().replace('.000Z', 'Z')],
  ])
  const names = document?.parts.flatMap(({ fields }) => fields.filter(({ label }) => label.ja === '氏名'))
  expect(names?.map((field) => field.value)).toEqual([hanako.name])
  expect(rows).toMatchObject([{ field: 'signedDocument', dataClass: 'signed-document', redacted: false }])
})

test('a document that was changed after signing is said not to fit', async () => {
  const cms = Buffer.from(await signed())
  const at = cms.indexOf(Buffer.from('口座'))
  cms.write('講座', at)
  const [document] = contentOf(JSON.stringify({ signedDocument: base64(cms) }), 1).decoded
  expect(document?.fields.find(({ label }) => label.en === 'signature')?.value).toBe('wrong-digest')
})

test('bytes that are no certificate are said to be none', () => {
  const [part] = contentOf(JSON.stringify({ certificate: base64(Buffer.alloc(300, 7)) }), 1).decoded
  expect(part).toMatchObject({
    ...{ kind: 'certificate', fields: [], parts: [] },
    unreadable: { ja: expect.stringContaining('読み取れません'), en: expect.stringContaining('cannot be read') },
  })
})

test('what was masked is told to be masked', () => {
  const { rows, remark } = contentOf('{"cardId":"card-1","authenticationPin":"**"}', 40)
  expect(rows.map(({ field, redacted }) => [field, redacted])).toEqual([
    ['cardId', false],
    ['authenticationPin', true],
  ])
  expect(remark?.en).toContain('masked')
})

test.each([
  ['no body', '', 0, 'there was no body'],
  ['a body that was not kept', undefined, 70_000, 'was not kept'],
])('%s is explained', (_, kept, bytes, said) => {
  expect(contentOf(kept, bytes)).toMatchObject({ absent: { en: expect.stringContaining(said) }, rows: [], decoded: [] })
})

test('a type that is not read, and text that is no JSON, are shown as what they are', () => {
  expect(contentOf('data:application/octet-stream;base64,AAEC', 3)).toMatchObject({
    ...{ mediaType: 'application/octet-stream', decoded: [], remark: { en: expect.stringContaining('not shown') } },
  })
  expect(contentOf('(not kept)', 10).remark?.en).toContain('masked')
  expect(contentOf('<html>', 6)).toMatchObject({ mediaType: 'text/plain', pretty: '<html>' })
})

test('a body of many thousand fields is cut off, and said to be', () => {
  const { rows, remark } = contentOf(JSON.stringify(Array.from({ length: 9000 }, (_, at) => at)), 50_000)
  expect(rows.length).toBe(2000)
  expect(remark?.en).toContain('first 2000')
})

test('every class of data that a field can carry has a name in both languages', () => {
  const declared = readFileSync(join(import.meta.dirname, '..', 'messages', 'dataClasses.ts'), 'utf8')
  const classes = [...declared.matchAll(/^ {2}\w+: '([\w-]+)',$/gm)].map(([, id = '']) => id)
  expect(classes.length).toBeGreaterThan(20)
  expect(classes.filter((id) => !Object.hasOwn(dataClassNames, id))).toEqual([])
})
