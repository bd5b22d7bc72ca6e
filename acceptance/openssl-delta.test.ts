/** Full and delta lists as the authority publishes them, in the hands of the real `openssl` program (3.0). */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY, HOUR } from '../sim/core/clock.ts'
import { createTestWorld } from '../sim/ca/testWorld.ts'

const folder = mkdtempSync(join(tmpdir(), 'openssl-delta-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pem = (label: string, base64: string) =>
  [`-----BEGIN ${label}-----`, ...(base64.match(/.{1,64}/g) ?? []), `-----END ${label}-----`, ''].join('\n')
const write = (name: string, ...blocks: string[]) => {
  writeFileSync(join(folder, name), blocks.join(''))
  return name
}

let world: Awaited<ReturnType<typeof createTestWorld>>
let check: (certificate: string, lists: string, ...more: string[]) => { status: number | null; output: string }

/** One certificate is on the full list, one only on the delta, one on neither. */
beforeAll(async () => {
  world = await createTestWorld()
  const [early, late, good] = [
    await world.issue('signature', { cardId: 'early' }),
    await world.issue('signature', { cardId: 'late' }),
    await world.issue('signature', { cardId: 'good' }),
  ]
  await world.revoke('signature', early.serialNumber, 'superseded')
  await world.clock.advance(DAY)
  await world.revoke('signature', late.serialNumber, 'affiliationChanged')
  await world.clock.advance(HOUR)
  const crl = (der: Uint8Array) => pem('X509 CRL', Buffer.from(der).toString('base64'))
  const full = crl(await world.crl('signature', 'municipality-aobano'))
  const delta = crl(await world.delta('signature', 'municipality-aobano'))
  write('ca.pem', pem('CERTIFICATE', good.caCertificate))
  write('early.pem', pem('CERTIFICATE', early.certificate))
  write('late.pem', pem('CERTIFICATE', late.certificate))
  write('good.pem', pem('CERTIFICATE', good.certificate))
  write('full.pem', full)
  write('both.pem', full, delta)
  write('other.pem', full, crl(await world.delta('signature', 'municipality-midorino')))
  const at = String(Math.floor(world.clock.now() / 1000))
  check = (certificate, lists, ...more) => {
    const args = ['verify', '-crl_check', '-attime', at, '-CAfile', 'ca.pem', '-CRLfile', lists, ...more, certificate]
    const { status, stdout, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8', cwd: folder })
    if (error) throw new Error('this acceptance test needs the openssl program (3.0) on PATH', { cause: error })
    return { status, output: stdout + stderr }
  }
})
afterAll(() => world.close())

/** Without the first, openssl 3.0 takes a delta that is newer than the full list for a full list (get_crl_score in crypto/x509/x509_vfy.c). */
const deltas = ['-extended_crl', '-use_deltas']
const revoked = { status: 2, output: expect.stringContaining('certificate revoked') }

test('verify -use_deltas refuses what was revoked since the full list, and by the full list alone nobody can', () => {
  expect(check('late.pem', 'full.pem')).toMatchObject({ status: 0 })
  expect(check('late.pem', 'both.pem', ...deltas)).toMatchObject(revoked)
})

test('with the delta what stands on the full list stays revoked, and the good one stays good', () => {
  expect(check('early.pem', 'both.pem', ...deltas)).toMatchObject(revoked)
  expect(check('good.pem', 'both.pem', ...deltas)).toMatchObject({ status: 0 })
})

test('another municipality’s delta says nothing about this one’s certificates', () => {
  expect(check('late.pem', 'other.pem', ...deltas)).toMatchObject({ status: 0 })
})

test('crl -text shows where deltas are found, by the name of the full list’s own point', () => {
  const { stdout } = spawnSync('openssl', ['crl', '-in', 'full.pem', '-noout', '-text'], {
    encoding: 'utf8',
    cwd: folder,
  })
  const names = [...stdout.matchAll(/DirName:(.*)/g)].map(([, name]) => name)
  expect(stdout).toMatch(/X509v3 Freshest CRL:\s/)
  expect(names).toHaveLength(2)
  expect(names[0]).toBe(names[1])
})
