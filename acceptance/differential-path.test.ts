/** A path of three with its lists, each part changed in turn and signed again: openssl must accept every path that we accept. */
import { afterAll, expect, test } from 'vitest'
import { now } from '../sim/pki/testHierarchy.ts'
import { readTree } from './tools/derTree.ts'
import { donorsFrom } from './tools/donor.ts'
import { generalOpinion } from './tools/general.ts'
import { createHierarchy } from './tools/hierarchy.ts'
import { compareOpinions, createWorkplace, type Opinion } from './tools/opinion.ts'
import { pem } from './tools/pem.ts'
import { mutantsOf } from './tools/seal.ts'

const workplace = createWorkplace()
afterAll(workplace.remove)

test.each(['middle', 'holder', 'rootList', 'middleList'] as const)(
  'openssl accepts every path that we accept, with a changed %s',
  async (changed) => {
    const hierarchy = await createHierarchy(now)
    const { root, middle, holder, rootList, middleList, revokingList } = hierarchy
    const original = hierarchy[changed].der
    const at = (part: typeof changed, mutant: Uint8Array) => (part === changed ? mutant : hierarchy[part].der)
    const donors = donorsFrom(now, [root.der, middle.der, holder.der, rootList.der, middleList.der, revokingList])
    workplace.write('root.pem', pem('CERTIFICATE', root.der))

    const ours = (mutant: Uint8Array): Promise<Opinion> =>
      generalOpinion({
        ...{ anchor: root.der, intermediates: [at('middle', mutant)], leaf: at('holder', mutant), now },
        crls: [at('rootList', mutant), at('middleList', mutant)],
      })
    const theirs = (mutant: Uint8Array): Opinion => {
      workplace.write('middle.pem', pem('CERTIFICATE', at('middle', mutant)))
      workplace.write('holder.pem', pem('CERTIFICATE', at('holder', mutant)))
      const lists = [at('rootList', mutant), at('middleList', mutant)].map((der) => pem('X509 CRL', der))
      workplace.write('lists.pem', lists.join(''))
      const files = ['-CAfile', 'root.pem', '-untrusted', 'middle.pem', '-CRLfile', 'lists.pem', 'holder.pem']
      const verify = (...options: string[]) =>
        workplace.openssl('verify', ...options, '-crl_check_all', '-attime', String(now / 1000), ...files)
      const plain = verify()
      if (plain.status !== 0) return { verdict: 'refused', because: plain.output }
      const strict = verify('-x509_strict', '-policy_check')
      return { verdict: strict.status === 0 ? 'good' : 'refused', because: `strict: ${strict.output}` }
    }
    expect([(await ours(original)).verdict, theirs(original).verdict]).toEqual(['good', 'good'])

    const algorithmAt = changed === 'middle' || changed === 'holder' ? 2 : 1
    const mutants = mutantsOf({ whole: readTree(original), key: hierarchy[changed].key, algorithmAt }, donors)
    const { accepted } = await compareOpinions({ name: `path, ${changed}`, mutants, ours, theirs, original })
    expect(accepted).toBeGreaterThan(50)
  },
)
