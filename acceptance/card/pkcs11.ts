/** The PKCS#11 library of OpenSC and what its command line tool says. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBelowUsr } from './install.ts'
import { run } from './programs.ts'
import { runAt, type Place } from './reader.ts'

/** `pin`: one slot for each of the two PINs, or the authentication PIN alone, as browsers need it. */
export const library = (pins: 'both' | 'one') => {
  const name = pins === 'both' ? 'opensc-pkcs11.so' : 'onepin-opensc-pkcs11.so'
  const path = findBelowUsr(`lib/*/${name}`)
  if (path === undefined) throw new Error(`no ${name} below /usr/lib`)
  return path
}

export const pkcs11Tool = (args: readonly string[], place: Place = []) =>
  runAt(place, 'pkcs11-tool', ['--module', library('both'), ...args])

/** Labels of the tokens and numbers of the keys, as OpenSC gives them to every JPKI card (pkcs15-jpki.c). */
export const tokens = {
  authentication: { label: 'JPKI (User Authentication PIN)', id: '01' },
  signature: { label: 'JPKI (Digital Signature PIN)', id: '02' },
} as const

/** Flags of a token, as the tool words them. */
export const tokenFlags = async (kind: keyof typeof tokens): Promise<string[]> => {
  const { output } = await pkcs11Tool(['--list-token-slots'])
  const [, slot = ''] = output.split(`token label        : ${tokens[kind].label}`)
  return /token flags\s*:\s*(.*)/.exec(slot)?.[1]?.split(', ') ?? []
}

type Signing = { kind: keyof typeof tokens; pin: string; place?: Place; mechanism?: string }

/** Signs a file's content with the card; the signature. */
export const signWithCard = async (
  message: Uint8Array,
  { kind, pin, place = [], mechanism = 'SHA256-RSA-PKCS' }: Signing,
) => {
  const folder = mkdtempSync(join(tmpdir(), 'signing-'))
  const [input, output] = [join(folder, 'message'), join(folder, 'signature')]
  writeFileSync(input, message)
  const { label, id } = tokens[kind]
  const { status, output: said } = await pkcs11Tool(
    [
      ...['--token-label', label, '--login', '--pin', pin, '--sign', '--mechanism', mechanism, '--id', id],
      ...['--input-file', input, '--output-file', output],
    ],
    place,
  )
  return { status, said, input, output }
}

/** What OpenSSL says of a signature by the holder of this certificate. */
export const opensslVerifies = async (certificatePem: string, { input, output }: { input: string; output: string }) => {
  const key = `${output}.pem`
  const { stdout } = await run('openssl', ['x509', '-noout', '-pubkey'], { input: certificatePem })
  writeFileSync(key, stdout)
  return (await run('openssl', ['dgst', '-sha256', '-verify', key, '-signature', output, input])).output.trim()
}
