/** Cards with P-384 keys held against the real `openssl` program, under CAs of either kind of key. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { answer } from '../sim/core/network.ts'
import type { CaApp } from '../sim/ca/index.ts'
import { fromBase64 } from '../sim/messages/base64.ts'
import { createWorld } from '../sim/world.ts'
import { found } from '../scenarios/acts/founding.ts'
import { insertCard, sign } from '../scenarios/acts/terminal.ts'
import { personOf } from '../scenarios/people.ts'
import { createStage } from '../scenarios/stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'openssl-p384-'))
const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
  rmSync(folder, { recursive: true, force: true })
})

const person = 'fudo'
const kinds = ['authentication', 'signature'] as const
const data = Buffer.from('共通IDの申込み')

/** A world whose person's card was read and has signed; everything as files of its own folder. */
const signedBy = async (caKey: 'rsa-2048' | 'p-384') => {
  const place = join(folder, caKey)
  const variables = { cardKey: 'p-384', caKey, olderGenerationShare: 0, residentNetworkDelayMs: 0 } as const
  const world = await createWorld({ folder: place, seed: 'openssl', mode: 'virtual', variables })
  closing.push(() => world.close())
  const { stage, playCase } = createStage(world, () => undefined)
  const { passed } = await playCase('founding', { ja: '', en: '' }, () => found(stage, [person]))
  if (!passed) throw new Error('the world was not founded')

  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(place, name), bytes)
  const openssl = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: place, encoding: 'utf8' })
    return { status, output: stdout + stderr }
  }
  const pem = (name: string) =>
    execFileSync('openssl', ['x509', '-inform', 'DER', '-in', `${name}.der`, '-out', `${name}.pem`], { cwd: place })

  const { authorities } = await answer(world.connectAs('platform')<CaApp>('ca').authorities.$get())
  for (const { kind, certificate } of authorities.filter(({ state }) => state === 'current')) {
    write(`${kind}-ca.der`, fromBase64(certificate))
    pem(`${kind}-ca`)
  }
  const reader = await insertCard(stage, person)
  const { authenticationPin = '', signaturePassword = '' } = personOf(person).card ?? {}
  await reader.verify('authentication', authenticationPin)
  await reader.verify('signature', signaturePassword)
  write('authentication.der', await reader.readAuthenticationCertificate())
  write('signature.der', await reader.readSignatureCertificate())
  write('data', data)
  for (const kind of kinds) {
    pem(kind)
    write(`${kind}.sig`, await reader.sign(kind, data))
    openssl('x509', '-in', `${kind}.pem`, '-pubkey', '-noout', '-out', `${kind}.pub`)
  }
  write('signed.der', fromBase64(await sign(stage, person, { text: '申込書' })))
  const attime = ['-attime', String(Math.floor(world.clock.now() / 1000))]
  return { openssl, attime, write }
}

describe.each(['rsa-2048', 'p-384'] as const)('under CAs with %s', async (caKey) => {
  const { openssl, attime, write } = await signedBy(caKey)

  test.each(kinds)('openssl verifies the %s certificate of a P-384 card, and says which key it is for', (kind) => {
    expect(openssl('verify', '-CAfile', `${kind}-ca.pem`, ...attime, `${kind}.pem`).output.trim()).toBe(
      `${kind}.pem: OK`,
    )
    const { output } = openssl('x509', '-in', `${kind}.pem`, '-noout', '-text')
    expect(output).toContain('NIST CURVE: P-384')
    expect(output).toContain(caKey === 'p-384' ? 'ecdsa-with-SHA384' : 'sha256WithRSAEncryption')
  })

  test.each(kinds)('openssl verifies what the %s key signed, and nothing else', (kind) => {
    const check = ['dgst', '-sha384', '-verify', `${kind}.pub`, '-signature', `${kind}.sig`]
    expect(openssl(...check, 'data').output.trim()).toBe('Verified OK')
    write('other', Buffer.concat([data, Buffer.from([0])]))
    expect(openssl(...check, 'other').status).not.toBe(0)
    const otherKey = kind === 'signature' ? 'authentication' : 'signature'
    expect(
      openssl('dgst', '-sha384', '-verify', `${otherKey}.pub`, '-signature', `${kind}.sig`, 'data').status,
    ).not.toBe(0)
  })

  test('openssl cms verifies the document the card signed, and gives it back', () => {
    const anchored = ['-CAfile', 'signature-ca.pem', '-purpose', 'any', ...attime]
    const { status, output } = openssl('cms', '-verify', '-inform', 'DER', '-in', 'signed.der', ...anchored)
    expect([status, output]).toEqual([0, expect.stringContaining('申込書')])
    expect(openssl('cms', '-cmsout', '-print', '-inform', 'DER', '-in', 'signed.der').output).toContain(
      'ecdsa-with-SHA384',
    )
    const wrongCa = ['-CAfile', 'authentication-ca.pem', '-purpose', 'any', ...attime]
    expect(openssl('cms', '-verify', '-inform', 'DER', '-in', 'signed.der', ...wrongCa).status).not.toBe(0)
  })
})
