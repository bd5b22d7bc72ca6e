import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import { MalformedError } from './malformed.ts'
import { anyKeyFacts, keyFacts, keyProblem } from './publicKey.ts'

const usual = new Uint8Array(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' }),
)

const attempt = (read: () => unknown) => {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError)
    return 'malformed'
  }
}

property.prop([fc.nat(usual.length - 1), fc.nat(255)], { numRuns: 5000 })(
  'the short way to the facts of a usual key says what the long way says',
  (index, byte) => {
    const changed = Uint8Array.from(usual)
    changed[index] = byte
    expect(attempt(() => keyFacts(changed))).toEqual(attempt(() => anyKeyFacts(changed)))
  },
)

property('a usual key is rsa of 2048 bits, and anything smaller, even or unusual is a problem', () => {
  const facts = { type: 'rsa', bits: 2048, exponent: 65537n, wellFormed: true } as const
  expect(keyFacts(usual)).toEqual(facts)
  expect(keyProblem(facts)).toBeUndefined()
  expect(keyProblem({ ...facts, bits: 2040 })).toBe('bad modulus')
  expect(keyProblem({ ...facts, bits: 2049 })).toBe('bad modulus')
  expect(keyProblem({ ...facts, bits: 16384 })).toBe('bad modulus')
  expect(keyProblem({ ...facts, wellFormed: false })).toBe('bad modulus')
  expect(keyProblem({ ...facts, exponent: 3n })).toBe('bad exponent')
  expect(keyProblem({ ...facts, exponent: 65538n })).toBe('bad exponent')
  expect(keyProblem({ type: 'unsupported' })).toBe('unsupported')
})
