/** The findings that are accepted, read from lint-accepted.json and written as the table of docs/lint.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import { specimenKinds } from './specimen.ts'

const acceptedFinding = z.strictObject({
  linter: z.enum(['zlint', 'pkilint']),
  lint: z.string().min(1),
  severity: z.enum(['error', 'warn', 'notice']),
  kinds: z.array(z.enum(specimenKinds)).min(1),
  reason: z.strictObject({ ja: z.string().min(1), en: z.string().min(1) }),
  source: z.string().min(1),
})

export type AcceptedFinding = z.infer<typeof acceptedFinding>

const listFile = resolve(import.meta.dirname, '../lint-accepted.json')
const docFile = resolve(import.meta.dirname, '../../docs/lint.md')
const begin = '<!-- table of acceptance/lint-accepted.json: begin -->'
const end = '<!-- table of acceptance/lint-accepted.json: end -->'

export const readAccepted = (): AcceptedFinding[] =>
  z.array(acceptedFinding).parse(JSON.parse(readFileSync(listFile, 'utf8')))

export const readDoc = () => readFileSync(docFile, 'utf8')

const row = ({ linter, lint, severity, kinds, reason, source }: AcceptedFinding) =>
  `| ${linter} | \`${lint}\` | ${severity} | ${kinds.join(', ')} | ${reason.ja}<br>${reason.en} | ${source} |`

/** The document with the table between its two marks made anew. */
export async function withTable(doc: string, accepted: readonly AcceptedFinding[]): Promise<string> {
  const [before, after] = [doc.indexOf(begin), doc.indexOf(end)]
  if (before < 0 || after < before) throw new Error('docs/lint.md has lost the marks around its table')
  const head = ['| 検査 | 指摘 | 重さ | 対象 | 理由 | 出典 |', '| --- | --- | --- | --- | --- | --- |']
  const table = [...head, ...accepted.map(row)].join('\n')
  const made = `${doc.slice(0, before)}${begin}\n\n${table}\n\n${doc.slice(after)}`
  return format(made, { ...(await resolveConfig(docFile)), filepath: docFile })
}

if (import.meta.main) writeFileSync(docFile, await withTable(readDoc(), readAccepted()))
