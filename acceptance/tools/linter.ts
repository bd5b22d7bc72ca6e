/** Runs zlint and pkilint over one specimen and returns their findings in one form. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { LintTools } from './install.ts'
import { pem } from './pem.ts'
import type { Specimen } from './specimen.ts'

/** What a linter says of one specimen; below a notice nothing is kept. */
export type Finding = { linter: 'zlint' | 'pkilint'; lint: string; severity: 'error' | 'warn' | 'notice' }

/** Rules of zlint that hold for any X.509 certificate or list. */
const keptSources: readonly string[] = ['Community', 'RFC3279', 'RFC5280', 'RFC5480', 'RFC5891', 'RFC8813']
/** Rules of zlint for the public web, e-mail, browsers and the European Union: none of them is about JPKI. */
const excludedSources: readonly string[] = [...['Apple', 'CABF_BR', 'CABF_EV', 'CABF_SMIME_BR', 'ETSI_ESI', 'Mozilla']]

type Linters = { tools: LintTools; sources: ReadonlyMap<string, string> }

/** The name of the finding that zlint cannot read the specimen at all, which it says only by ending. */
const unreadable = 'unreadable'

const run = promisify(execFile)

const labels = { certificate: 'CERTIFICATE', crl: 'X509 CRL' } as const

const zlintSeverity = { fatal: 'error', error: 'error', warn: 'warn', info: 'notice' } as const
const zlintAnswer = z.record(
  z.string(),
  z.object({ result: z.enum(['pass', 'NA', 'NE', 'info', 'warn', 'error', 'fatal']) }),
)

/** Source of each rule of zlint; throws when it has a source that nobody has judged. */
async function zlintSources({ zlint }: LintTools): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await run(zlint, ['-list-lints-json'], { maxBuffer: 16 * 1024 * 1024 })
  const rules = stdout
    .trim()
    .split('\n')
    .map((line) => z.object({ name: z.string(), source: z.string() }).parse(JSON.parse(line)))
  const unjudged = rules.find(({ source }) => !keptSources.includes(source) && !excludedSources.includes(source))
  if (unjudged) throw new Error(`zlint has an unjudged source: ${unjudged.source}`)
  return new Map(rules.map(({ name, source }) => [name, source]))
}

/** Its own `-excludeSources` passes over rules for CRLs, so sources are left out here. */
async function runZlint({ tools, sources }: Linters, file: string): Promise<Finding[]> {
  const answered = await run(tools.zlint, [file]).catch((error: unknown) => {
    if (error instanceof Error && /unable to parse/.test(error.message)) return undefined
    throw new Error('zlint failed', { cause: error })
  })
  if (!answered) return [{ linter: 'zlint', lint: unreadable, severity: 'error' }]
  return Object.entries(zlintAnswer.parse(JSON.parse(answered.stdout))).flatMap(([lint, { result }]) =>
    result === 'pass' || result === 'NA' || result === 'NE' || excludedSources.includes(sources.get(lint) ?? '')
      ? []
      : [{ linter: 'zlint' as const, lint, severity: zlintSeverity[result] }],
  )
}

const pkilintSeverity = { FATAL: 'error', ERROR: 'error', WARNING: 'warn', NOTICE: 'notice' } as const
const pkilintAnswer = z.object({
  results: z.array(
    z.object({
      finding_descriptions: z.array(
        z.object({ severity: z.enum(['FATAL', 'ERROR', 'WARNING', 'NOTICE']), code: z.string() }),
      ),
    }),
  ),
})

/** pkilint ends with the number of its findings, so only its output tells whether it worked. */
async function runPkilint({ tools: { pkilint } }: Linters, command: string, args: string[]): Promise<Finding[]> {
  const program = join(pkilint, command)
  const { stdout, stderr } = await run(program, ['lint', '-s', 'NOTICE', '-f', 'JSON', ...args]).catch(
    (error: unknown) => {
      const printed = z.object({ stdout: z.string(), stderr: z.string() }).safeParse(error)
      if (!printed.success) throw new Error(`${command} failed`, { cause: error })
      return printed.data
    },
  )
  if (!stdout.trim()) throw new Error(`${command} said nothing: ${stderr.slice(-500)}`)
  return pkilintAnswer
    .parse(JSON.parse(stdout))
    .results.flatMap(({ finding_descriptions: found }) => found)
    .map(({ severity, code }) => ({ linter: 'pkilint', lint: code, severity: pkilintSeverity[severity] }))
}

/** Everything both linters have to say; `folder` is for the files they read. */
async function lint(linters: Linters, folder: string, specimen: Specimen): Promise<Finding[]> {
  const { form, der, issuer } = specimen
  const file = join(folder, `${specimen.name.replaceAll(/\W+/g, '-')}.${form === 'ocsp' ? 'der' : 'pem'}`)
  writeFileSync(file, form === 'ocsp' ? der : pem(labels[form], der))
  if (form === 'ocsp') return runPkilint(linters, 'lint_ocsp_response', ['--document-format', 'DER', file])
  const fromZlint = await runZlint(linters, file)
  if (form === 'crl')
    return [...fromZlint, ...(await runPkilint(linters, 'lint_crl', ['-t', 'CRL', '-p', 'PKIX', file]))]
  const alone = await runPkilint(linters, 'lint_pkix_cert', [file])
  if (!issuer) return [...fromZlint, ...alone]
  const issuerFile = `${file}.issuer.pem`
  writeFileSync(issuerFile, pem('CERTIFICATE', issuer))
  const together = await runPkilint(linters, 'lint_pkix_signer_signee_cert_chain', [issuerFile, file])
  return [...fromZlint, ...alone, ...together]
}

/** Findings of every specimen, by its name; as many at once as there are processors. */
export async function lintAll(tools: LintTools, folder: string, specimens: readonly Specimen[]) {
  const linters = { tools, sources: await zlintSources(tools) }
  const found = new Map<string, Finding[]>()
  const waiting = specimens.values()
  const worker = async () => {
    for (const specimen of waiting) found.set(specimen.name, await lint(linters, folder, specimen))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return found
}
