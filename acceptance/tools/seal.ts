/** Signs a changed first part again, so that the signature is right and only the rules differ. */
import { constants, type KeyObject, sign } from 'node:crypto'
import fc from 'fast-check'
import { branch, leaf, type Tree, writeTree } from './derTree.ts'
import { applyChanges, changes } from './mutant.ts'

const hashes: Record<string, string> = {
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
}

/** What `algorithm` names, by `key`; an algorithm not known here is signed with SHA-256. */
export function signAs(algorithm: Tree, data: Uint8Array, key: KeyObject): Uint8Array {
  const oid = Buffer.from(algorithm.children?.[0]?.content ?? []).toString('hex')
  return new Uint8Array(sign(hashes[oid] ?? 'sha256', data, { key, padding: constants.RSA_PKCS1_PADDING }))
}

/** What a certificate, a list or a basic answer is made of: the signed part, the algorithm, the signature, and more. */
export type Sealed = {
  whole: Tree
  key: KeyObject
  /** Where in the signed part the algorithm is repeated. */ algorithmAt?: number
}

/**
 * Mutants of it: nine in ten have their signed part changed and signed again, the outer algorithm following the inner;
 * the others are changed anywhere and keep their signature.
 */
export const mutantsOf = ({ whole, key, algorithmAt }: Sealed, donors: readonly Tree[]): fc.Arbitrary<Uint8Array> =>
  fc.record({ wanted: changes, luck: fc.nat(9) }).map(({ wanted, luck }) => {
    if (luck === 0) return writeTree(applyChanges(whole, wanted, donors))
    const [original = whole, outer = whole, , ...more] = whole.children ?? []
    const tbs = applyChanges(original, wanted, donors)
    const inner = algorithmAt === undefined ? outer : tbs.children?.[algorithmAt]
    const algorithm = inner?.tag === 0x30 ? inner : outer
    const signature = leaf(0x03, [0, ...signAs(algorithm, writeTree(tbs), key)])
    return writeTree(branch(0x30, tbs, algorithm, signature, ...more))
  })
