/** The command line of the population maker. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CannotMake } from './population.ts'
import { readOptions } from './options.ts'

const folder = join(tmpdir(), 'no-such-world')

test('reads every option', async () => {
  const written = `--folder ${folder} --cards 100000 --seed a1 --revoked 0.1 --keys real --export 7 --at 2026-04-01T00:00:00Z`
  expect(await readOptions(written.split(' '))).toEqual({
    ...{ folder, cards: 100_000, seed: 'a1', revokedShare: 0.1, keys: 'real', exported: 7, now: Date.UTC(2026, 3, 1) },
  })
})

test('only the number of cards must be given', async () => {
  expect(await readOptions(['--cards', '5', '--folder', folder, '--at', '2026-04-01'])).toEqual({
    ...{ folder, cards: 5, seed: '1', revokedShare: 0.05, keys: 'pooled', exported: 2000, now: Date.UTC(2026, 3, 1) },
  })
})

test('cards and authorities may have the keys announced for the next card', async () => {
  const written = ['--cards', '5', '--folder', folder, '--set', 'cardKey=p-384', '--set', 'caKey=p-384']
  expect(await readOptions(written)).toMatchObject({ variables: { cardKey: 'p-384', caKey: 'p-384' } })
})

test.each([
  ['--cards 0', '--cards 0 is no whole number from 1'],
  ['--cards 1e3', '--cards 1e3 is no whole number from 1'],
  ['--seed 2', '--cards is missing'],
  ['--cards 5 --revoked 1.5', '--revoked 1.5 is not from 0 to 1'],
  ['--cards 5 --keys fast', '--keys fast is neither pooled nor real'],
  ['--cards 5 --set revocation=crl', '--set revocation=crl: only cardKey and caKey can be set here'],
  ['--cards 5 --set cardKey=p-521', 'cannot read --set cardKey=p-521'],
  ['--cards 5 --seed a-b', '--seed a-b is not up to 20 letters and digits'],
  ['--cards 5 --at never', '--at never is no time'],
  ['--cards 5 --wrong', "wrong option (Unknown option '--wrong'"],
])('refuses %s', async (written, reason) => {
  const refusal = readOptions(written.split(' '))
  await expect(refusal).rejects.toThrow(CannotMake)
  await expect(refusal).rejects.toThrow(reason)
})
