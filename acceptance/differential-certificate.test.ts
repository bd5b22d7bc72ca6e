/** Changed certificates, most of them signed again by the CA: whatever we accept, openssl must accept too. */
import type { KeyObject } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import {
  type Authority,
  issueCaCertificate,
  issueResidentCertificate,
  parseCertificate,
} from '../sim/pki/certificate.ts'
import { trustAnchors, validateCertificate } from '../sim/pki/chain.ts'
import { exportPublicKey, generateKeyPair, type KeyAlgorithm, keySigner } from '../sim/pki/key.ts'
import { policiesOf } from '../sim/pki/profile.ts'
import { createOcspSigner, day, hanako, kiyose, now } from '../sim/pki/testHierarchy.ts'
import { readTree } from './tools/derTree.ts'
import { donorsFrom } from './tools/donor.ts'
import { generalOpinion } from './tools/general.ts'
import { compareOpinions, createWorkplace, type Opinion } from './tools/opinion.ts'
import { pem } from './tools/pem.ts'
import { mutantsOf } from './tools/seal.ts'

const workplace = createWorkplace()
afterAll(workplace.remove)

async function createCa(algorithm: KeyAlgorithm): Promise<Authority & { key: KeyObject }> {
  const keyPair = await generateKeyPair(algorithm)
  const lifetime = { notBefore: now - 1000 * day, notAfter: now + 2000 * day }
  const certificate = await issueCaCertificate({ kind: 'signature', keyPair, serialNumber: 1n, ...lifetime })
  return { certificate, signer: keySigner(keyPair.privateKey), key: keyPair.privateKey }
}

async function issue(ca: Authority, algorithm: KeyAlgorithm): Promise<Uint8Array> {
  const publicKey = exportPublicKey((await generateKeyPair(algorithm)).publicKey)
  const lifetime = { notBefore: now - 30 * day, notAfter: now + 500 * day }
  const holder = { publicKey, serialNumber: 0x0133c349n, municipality: kiyose, subjectSequence: 42, basicFour: hanako }
  return issueResidentCertificate({ kind: 'signature', ca, ...holder, ...lifetime })
}

test.each<KeyAlgorithm>(['rsa-2048', 'p-384'])(
  'openssl accepts every %s certificate that we accept',
  async (algorithm) => {
    const ca = await createCa(algorithm)
    const der = await issue(ca, algorithm)
    const donors = donorsFrom(now, [der, ca.certificate, (await createOcspSigner('signature', ca)).certificate])
    const anchors = trustAnchors([{ kind: 'signature', der: ca.certificate }])
    workplace.write('ca.pem', pem('CERTIFICATE', ca.certificate))

    const ours = (mutant: Uint8Array): Opinion => {
      const options = { kind: 'signature', anchors, now, policies: policiesOf('signature') } as const
      const found = validateCertificate(parseCertificate(mutant), options)
      return found.result === 'ok' ? { verdict: 'good', because: '' } : { verdict: 'refused', because: found.reason }
    }
    const theirs = (mutant: Uint8Array): Opinion => {
      const file = workplace.write('mutant.pem', pem('CERTIFICATE', mutant))
      const verify = (...options: string[]) =>
        workplace.openssl('verify', ...options, '-attime', String(now / 1000), '-CAfile', 'ca.pem', file)
      const plain = verify()
      if (plain.status !== 0) return { verdict: 'refused', because: plain.output }
      const strict = verify('-x509_strict', '-policy_check')
      return { verdict: strict.status === 0 ? 'good' : 'refused', because: `strict: ${strict.output}` }
    }
    const general = (mutant: Uint8Array) => generalOpinion({ anchor: ca.certificate, leaf: mutant, now })
    expect([ours(der).verdict, (await general(der)).verdict, theirs(der).verdict]).toEqual(['good', 'good', 'good'])

    const mutants = mutantsOf({ whole: readTree(der), key: ca.key, algorithmAt: 2 }, donors)
    const common = { mutants, theirs, original: der }
    const byProfile = await compareOpinions({ name: `certificate ${algorithm}, profile`, ours, ...common })
    const byPath = await compareOpinions({ name: `certificate ${algorithm}, general`, ours: general, ...common })
    expect(Math.min(byProfile.accepted, byPath.accepted)).toBeGreaterThan(50)
  },
)
