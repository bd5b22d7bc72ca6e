/** What zlint and pkilint find in everything the certification authority writes, held against the list of accepted findings. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { replace, resign } from '../sim/pki/testForgery.ts'
import * as asn1 from '../sim/pki/asn1.ts'
import { parseCertificate } from '../sim/pki/certificate.ts'
import { issueCrl } from '../sim/pki/crlIssue.ts'
import { generateKeyPair } from '../sim/pki/key.ts'
import { certIdOf, createOcspResponse } from '../sim/pki/ocsp.ts'
import { extensionFields } from '../sim/pki/profileTable.ts'
import { createAuthority, day, issueAuthentication, now } from '../sim/pki/testHierarchy.ts'
import { readAccepted, readDoc, withTable } from './tools/accepted.ts'
import { installLintTools, type LintTools, NoLintTools } from './tools/install.ts'
import { type Finding, lintAll } from './tools/linter.ts'
import { createSpecimens, type Specimen } from './tools/specimen.ts'

/** The linters, or undefined on a machine without Go or Python; in CI there is no such excuse. */
function findTools(): LintTools | undefined {
  try {
    return installLintTools()
  } catch (error) {
    if (!(error instanceof NoLintTools) || process.env['CI']) throw error
    console.warn(`zlint and pkilint are skipped: ${error.message}`)
    return undefined
  }
}

const tools = findTools()
const accepted = readAccepted()
const specimens = createSpecimens()
const folder = mkdtempSync(join(tmpdir(), 'lint-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Some three hundred runs of a program; a busy machine needs longer than tests usually get. */
const timeout = 10 * 60_000

const lintTest = (name: string, body: (tools: LintTools) => Promise<void>) =>
  test.skipIf(!tools)(name, { timeout }, async () => {
    if (tools) await body(tools)
  })

const isSame = (a: Finding, b: Finding) => a.linter === b.linter && a.lint === b.lint && a.severity === b.severity

test('there is a specimen of every certificate in the profile’s table', async () => {
  const types = new Set((await specimens).map(({ type }) => type).filter((type) => type !== undefined))
  expect([...types].toSorted()).toEqual(Object.keys(extensionFields).toSorted())
})

lintTest('the linters find exactly what is accepted', async (installed) => {
  const findings = await lintAll(installed, folder, await specimens)
  const found = (await specimens).flatMap((specimen) =>
    (findings.get(specimen.name) ?? []).map((finding) => ({
      specimen: specimen.name,
      kind: specimen.kind,
      ...finding,
    })),
  )
  const unexpected = found.filter(
    (finding) => !accepted.some((entry) => isSame(entry, finding) && entry.kinds.includes(finding.kind)),
  )
  const grouped = Map.groupBy(
    unexpected,
    ({ kind, linter, lint, severity }) => `${kind}: ${linter} ${severity} ${lint}`,
  )
  const report = Array.from(grouped, ([what, where]) => `${what} (${where.length}, such as ${where[0]?.specimen})`)
  const gone = accepted.flatMap((entry) =>
    entry.kinds
      .filter((kind) => !found.some((finding) => isSame(entry, finding) && finding.kind === kind))
      .map((kind) => ({ lint: entry.lint, kind })),
  )
  expect({ unexpected: report, gone }).toEqual({ unexpected: [], gone: [] })
})

lintTest('the linters see planted faults', async (installed) => {
  const ca = await createAuthority('authentication')
  const leaf = await issueAuthentication({ ca, keyPair: await generateKeyPair() })
  const list = await issueCrl({ ca, thisUpdate: now, nextUpdate: now + day, crlNumber: 1, entries: [] })
  const emptyIssuer = await resign(leaf, ca.signer, (tbs) => replace(tbs, 3, asn1.sequence()))
  const noNextUpdate = await resign(list, ca.signer, (tbs) => replace(tbs, 4))
  const issuer = parseCertificate(ca.certificate)
  const single = { certId: certIdOf(issuer, '01'), status: { certStatus: 'good' }, thisUpdate: now } as const
  const errorWithBody = await createOcspResponse({ responder: ca, producedAt: now, responses: [single] })
  // The status follows the header of four bytes and its own of two; 1 is malformedRequest.
  errorWithBody[6] = 1
  const fault = (name: string, kind: Specimen['kind'], form: Specimen['form'], der: Uint8Array) => ({
    ...{ name, kind, form, der },
  })
  const planted = [
    fault('certificate', 'authentication', 'certificate', emptyIssuer),
    fault('crl', 'crl', 'crl', noNextUpdate),
    fault('answer', 'ocsp', 'ocsp', errorWithBody),
  ]
  const findings = await lintAll(installed, folder, planted)
  const by = (name: string, linter: Finding['linter']) =>
    (findings.get(name) ?? []).filter((finding) => finding.linter === linter && finding.severity === 'error')
  expect(by('certificate', 'zlint')).not.toEqual([])
  expect(by('certificate', 'pkilint')).not.toEqual([])
  expect(by('crl', 'zlint')).toContainEqual({ linter: 'zlint', lint: 'e_crl_has_next_update', severity: 'error' })
  expect(by('crl', 'pkilint')).not.toEqual([])
  expect(by('answer', 'pkilint')).not.toEqual([])
})

test('docs/lint.md has the table of the accepted findings', async () => {
  expect(readDoc()).toBe(await withTable(readDoc(), accepted))
})
