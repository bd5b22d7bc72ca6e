/** Holds the validator to outside suites: cases of certificates, lists and answers, and Wycheproof's signatures. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { type Case, verify, verifySignature } from './conformance.ts'
import type { SignatureQuestion } from './signatureQuestion.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(root, process.env['COMMON_ID_CONFORMANCE'] ?? '../shared/conformance')
const isThere = existsSync(folder)
if (!isThere) console.warn(`conformance suites skipped: no folder ${folder} (set COMMON_ID_CONFORMANCE)`)

type SuiteCase = Case & { id: string; expected: 'accept' | 'reject'; applies: boolean }

const jsonIn = (name: string) =>
  existsSync(join(folder, name)) ? readdirSync(join(folder, name)).filter((file) => file.endsWith('.json')) : []
const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(folder, ...path), 'utf8'))

/** Controls that are refused by design; each has its reason in docs/conformance.md. */
const refusedByDesign = ['cve::cve-2024-0567']

/** A case that takes this long hangs, however busy the machine is. */
const hangMs = 5000

test('the suites are there where they must be', () => {
  if (process.env['CI']) expect(isThere, `no conformance suites in ${folder}`).toBe(true)
})

test.each(jsonIn('cases'))(
  '%s: nothing bad is let in, and every good case but those refused by design passes',
  async (file) => {
    const { cases } = read<{ cases: SuiteCase[] }>('cases', file)
    const wrong: string[] = []
    let slowest = { id: '', ms: 0 }
    for (const of of cases) {
      const startedAt = performance.now()
      const { result, reason } = await verify(of)
      const ms = performance.now() - startedAt
      if (ms > slowest.ms) slowest = { id: of.id, ms }
      expect(ms, `${of.id} hangs`).toBeLessThan(hangMs)
      expect(['accept', 'reject', 'n/a']).toContain(result)
      if (of.applies && result !== of.expected) wrong.push(`${of.id}: ${result}, ${reason}`)
    }
    console.log(`${file}: ${cases.length} cases, slowest ${slowest.id} ${slowest.ms.toFixed(1)} ms`)
    expect(cases.length).toBeGreaterThan(0)
    expect(wrong.filter((line) => !refusedByDesign.some((id) => line.startsWith(`${id}: reject,`)))).toEqual([])
  },
)

/** PKITS is one hierarchy: what is sent along with its other cases is honest, and must be in nobody's way. */
test.runIf(isThere)(
  'pkits.json: all certificates and lists sent along with every case change no verdict',
  async () => {
    const { cases } = read<{ cases: SuiteCase[] }>('cases', 'pkits.json')
    const all = (what: 'intermediates' | 'crls') => [...new Set(cases.flatMap((of) => of[what] ?? []))]
    const everything = { intermediates: all('intermediates'), crls: all('crls') }
    const wrong: string[] = []
    for (const of of cases.filter(({ applies }) => applies)) {
      const { result, reason } = await verify({ ...of, ...everything })
      if (result !== of.expected) wrong.push(`${of.id}: ${result}, ${reason}`)
    }
    expect(wrong).toEqual([])
  },
  60_000,
)

type Vectors = {
  testGroups: {
    sha: string
    mgfSha?: string
    sLen?: number
    publicKeyDer?: string
    keyDer?: string
    tests: { tcId: number; result: 'valid' | 'invalid' | 'acceptable'; msg: string; sig: string }[]
  }[]
}

const base64 = (hex: string | undefined) => Buffer.from(hex ?? '', 'hex').toString('base64')
const schemeOf = (file: string): SignatureQuestion['scheme'] =>
  file.startsWith('ecdsa') ? 'ecdsa' : file.startsWith('rsa_pss') ? 'rsa-pss' : 'rsa-pkcs1'

test.each(jsonIn('wycheproof'))('%s: every signature is judged right', async (file) => {
  const wrong: string[] = []
  let asked = 0
  for (const group of read<Vectors>('wycheproof', file).testGroups)
    for (const { tcId, result: expected, msg, sig } of group.tests) {
      const { result } = await verifySignature({
        scheme: schemeOf(file),
        hash: group.sha,
        encoding: file.includes('p1363') ? 'p1363' : 'der',
        ...(group.mgfSha && { mgfHash: group.mgfSha }),
        ...(group.sLen !== undefined && { saltLen: group.sLen }),
        spki: base64(group.publicKeyDer ?? group.keyDer),
        msg: base64(msg),
        sig: base64(sig),
      })
      asked += 1
      if (result !== 'n/a' && expected !== 'acceptable' && result !== (expected === 'valid' ? 'accept' : 'reject'))
        wrong.push(`${tcId}: ${result}`)
    }
  expect(asked).toBeGreaterThan(0)
  expect(wrong).toEqual([])
})

const nothing: Case = { anchors: [], leaf: '' }

test('what is no case is refused, not thrown', async () => {
  expect(await verify(nothing)).toEqual({ result: 'reject', reason: 'malformed: cut short' })
  const broken: unknown[] = [null, {}, { leaf: 7 }, { leaf: 'AAAA', anchors: 'x', crls: 3, time: 'never' }]
  for (const of of broken) {
    const verdict: { result: string } = await Reflect.apply(verify, undefined, [of])
    expect(verdict.result).toBe('reject')
  }
})

test('what is no signature question is refused, not thrown', async () => {
  const question = { scheme: 'ecdsa', hash: 'SHA-256', spki: 'AAAA', msg: '', sig: '' } as const
  expect(await verifySignature(question)).toEqual({ result: 'reject' })
  const verdict: unknown = await Reflect.apply(verifySignature, undefined, [{}])
  expect(verdict).toEqual({ result: 'reject' })
})
