/** Changed OCSP answers, most of them signed again by the responder: the status we take from one openssl must take too. */
import { afterAll, expect, test } from 'vitest'
import { issueOcspSignerCertificate, parseCertificate } from '../sim/pki/certificate.ts'
import { exportPublicKey, generateKeyPair, keySigner } from '../sim/pki/key.ts'
import { certIdOf, checkOcspResponse, createOcspResponse, parseOcspResponse } from '../sim/pki/ocsp.ts'
import { createAuthority, day, issueSignature } from '../sim/pki/testHierarchy.ts'
import { branch, childAt, leaf, readTree, type Tree, writeTree } from './tools/derTree.ts'
import { donorsFrom } from './tools/donor.ts'
import { generalOpinion } from './tools/general.ts'
import { compareOpinions, createWorkplace, type Opinion } from './tools/opinion.ts'
import { pem } from './tools/pem.ts'
import { mutantsOf } from './tools/seal.ts'

/** `openssl ocsp` compares times with the machine's clock and has no option against it, so this test uses that clock too. */
const now = Math.floor(Date.now() / 1000) * 1000

const workplace = createWorkplace()
afterAll(workplace.remove)

/** The answer around a basic response. */
const wrapped = (basic: Uint8Array): Uint8Array => {
  const type = leaf(0x06, [0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1])
  return writeTree(branch(0x30, leaf(0x0a, [0]), branch(0xa0, branch(0x30, type, leaf(0x04, basic)))))
}

async function createScene() {
  const ca = await createAuthority('signature', 1, now)
  const lifetime = { notBefore: now - 30 * day, notAfter: now + 500 * day }
  const leafDer = await issueSignature({ ca, keyPair: await generateKeyPair(), ...lifetime })
  const delegateKeys = await generateKeyPair()
  const delegate = await issueOcspSignerCertificate({
    ...{ kind: 'signature', ca, serialNumber: 0x99n, publicKey: exportPublicKey(delegateKeys.publicKey) },
    ...{ notBefore: now - day, notAfter: now + 30 * day },
  })
  workplace.write('ca.pem', pem('CERTIFICATE', ca.certificate))
  workplace.write('leaf.pem', pem('CERTIFICATE', leafDer))
  const [issuer, certificate] = [parseCertificate(ca.certificate), parseCertificate(leafDer)]
  const answer = (by: 'ca' | 'delegate', revoked: boolean) =>
    createOcspResponse({
      responder: by === 'ca' ? ca : { certificate: delegate, signer: keySigner(delegateKeys.privateKey) },
      producedAt: now,
      responses: [
        {
          certId: certIdOf(issuer, certificate.serialNumber),
          status: revoked
            ? { certStatus: 'revoked', revocationDate: now - day, reasonCode: 3 }
            : { certStatus: 'good' },
          thisUpdate: now,
          nextUpdate: now + day,
        },
      ],
    })
  const ours = (mutant: Uint8Array): Opinion => {
    const status = checkOcspResponse(parseOcspResponse(mutant), { issuer, certificate, now })
    return 'refused' in status
      ? { verdict: 'refused', because: status.refused }
      : { verdict: status.certStatus, because: '' }
  }
  const theirs = (mutant: Uint8Array): Opinion => {
    const file = workplace.write('mutant.der', mutant)
    const anchored = ['-CAfile', 'ca.pem', '-attime', String(now / 1000)]
    const asked = (hash: string) => [hash, '-issuer', 'ca.pem', '-cert', 'leaf.pem']
    const ask = (hash: string) =>
      workplace.openssl('ocsp', '-respin', file, '-no_nonce', ...anchored, ...asked(hash)).output
    const sha1 = ask('-sha1')
    const output = /No Status found/.test(sha1) ? ask('-sha256') : sha1
    const [, said] = /leaf\.pem: (good|revoked|unknown)/.exec(output) ?? []
    const isSound = /Response verify OK/.test(output) && !/not yet valid|expired/i.test(output)
    const verdict = said === 'good' || said === 'revoked' || said === 'unknown' ? said : 'refused'
    return { verdict: isSound ? verdict : 'refused', because: output }
  }
  const general = (mutant: Uint8Array) =>
    generalOpinion({ anchor: ca.certificate, leaf: leafDer, ocsps: [mutant], now })
  return { ca, leafDer, delegate, delegateKeys, answer, ours, general, theirs }
}

const basicOf = (der: Uint8Array): Tree => childAt(readTree(der), 1, 0, 1, 0)

test.each(['ca', 'delegate'] as const)('openssl takes the status that we take from an answer by the %s', async (by) => {
  const { ca, leafDer, delegate, delegateKeys, answer, ours, general, theirs } = await createScene()
  const der = await answer(by, false)
  const donors = donorsFrom(now, [der, await answer(by, true), leafDer, delegate])
  expect([ours(der).verdict, (await general(der)).verdict, theirs(der).verdict]).toEqual(['good', 'good', 'good'])
  const key = by === 'ca' ? ca.keyPair.privateKey : delegateKeys.privateKey
  const mutants = mutantsOf({ whole: basicOf(der), key }, donors).map(wrapped)
  const common = { mutants, theirs, original: der }
  const byProfile = await compareOpinions({ name: `ocsp by the ${by}, profile`, ours, ...common })
  const byPath = await compareOpinions({ name: `ocsp by the ${by}, general`, ours: general, ...common })
  expect(Math.min(byProfile.accepted, byPath.accepted)).toBeGreaterThan(50)
})

test('openssl lets everybody answer whom we let answer', async () => {
  const { ca, leafDer, delegate, answer, ours, general, theirs } = await createScene()
  const der = await answer('delegate', false)
  const basic = basicOf(der)
  const donors = donorsFrom(now, [delegate, leafDer, ca.certificate])
  const delegates = mutantsOf({ whole: readTree(delegate), key: ca.keyPair.privateKey, algorithmAt: 2 }, donors)
  // The signature over the answer stays right: only the certificate of who made it is another.
  const mutants = delegates.map((changed) => {
    const certificates = branch(0xa0, branch(0x30, readTree(changed)))
    return wrapped(writeTree(branch(0x30, ...(basic.children ?? []).slice(0, 3), certificates)))
  })
  const common = { mutants, theirs, original: der }
  const byProfile = await compareOpinions({ name: 'ocsp delegate, profile', ours, ...common })
  const byPath = await compareOpinions({ name: 'ocsp delegate, general', ours: general, ...common })
  expect(Math.min(byProfile.accepted, byPath.accepted)).toBeGreaterThan(50)
})
