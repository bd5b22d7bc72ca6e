/** The folder of trust anchors, with certificates made here and files spoilt by hand. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { MalformedError } from './malformed.ts'
import { createAuthority, createOcspSigner } from './testHierarchy.ts'
import { publishAnchor, readTrustFolder, withdrawAnchor } from './trustFolder.ts'

const root = mkdtempSync(join(tmpdir(), 'trust-'))
afterAll(() => rmSync(root, { recursive: true }))
const fresh = () => mkdtempSync(join(root, 'folder-'))

const first = await createAuthority('signature', 1)
const second = await createAuthority('signature', 2)
const authentication = await createAuthority('authentication', 1)

const published = () => {
  const folder = fresh()
  publishAnchor(folder, { kind: 'signature', generation: 2, certificate: second.certificate })
  publishAnchor(folder, { kind: 'authentication', generation: 1, certificate: authentication.certificate })
  publishAnchor(folder, { kind: 'signature', generation: 1, certificate: first.certificate })
  return folder
}

test('what was published is read, by kind and generation', () => {
  const folder = published()
  expect(readTrustFolder(folder)).toEqual([
    { kind: 'signature', generation: 1, der: first.certificate },
    { kind: 'signature', generation: 2, der: second.certificate },
    { kind: 'authentication', generation: 1, der: authentication.certificate },
  ])
  expect(readdirSync(folder).sort()).toEqual(['authentication-1.pem', 'signature-1.pem', 'signature-2.pem'])
})

test('a withdrawn generation is no anchor any more, and withdrawing twice changes nothing', () => {
  const folder = published()
  withdrawAnchor(folder, { kind: 'signature', generation: 1 })
  withdrawAnchor(folder, { kind: 'signature', generation: 1 })
  expect(readTrustFolder(folder).map(({ kind, generation }) => [kind, generation])).toEqual([
    ['signature', 2],
    ['authentication', 1],
  ])
})

test('a folder that is missing or empty holds no anchors', () => {
  expect([readTrustFolder(join(root, 'nowhere')), readTrustFolder(fresh())]).toEqual([[], []])
})

const refused = (spoil: (folder: string) => void) => {
  const folder = published()
  spoil(folder)
  expect(() => readTrustFolder(folder)).toThrow(MalformedError)
}
const pemOfFirst = () => readFileSync(join(published(), 'signature-1.pem'), 'utf8')

test.each<[string, (folder: string) => void]>([
  ['a cut file', (folder) => writeFileSync(join(folder, 'signature-3.pem'), pemOfFirst().slice(0, 900))],
  ['two certificates in one file', (folder) => writeFileSync(join(folder, 'signature-3.pem'), pemOfFirst().repeat(2))],
  ['the other ca’s certificate', (folder) => writeFileSync(join(folder, 'authentication-3.pem'), pemOfFirst())],
  ['a name of no anchor', (folder) => writeFileSync(join(folder, 'tls-1.pem'), pemOfFirst())],
  ['a link', (folder) => symlinkSync(join(folder, 'signature-1.pem'), join(folder, 'signature-3.pem'))],
  ['a huge file', (folder) => writeFileSync(join(folder, 'signature-3.pem'), pemOfFirst() + '\n'.repeat(20_000))],
])('%s spoils the folder', (_what, spoil) => refused(spoil))

test('only a self-signed certificate of that ca can be published', async () => {
  const folder = fresh()
  const delegate = await createOcspSigner('signature', first)
  const publish = (certificate: Uint8Array) => () =>
    publishAnchor(folder, { kind: 'signature', generation: 1, certificate })
  expect(publish(delegate.certificate)).toThrow(MalformedError)
  expect(publish(authentication.certificate)).toThrow(MalformedError)
  expect(readdirSync(folder)).toEqual([])
})
