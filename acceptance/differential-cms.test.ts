/** Changed signed documents, most of them signed again by the holder: whatever we accept, openssl must accept with the same content. */
import { sign } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { trustAnchors, validateCertificate } from '../sim/pki/chain.ts'
import { signDocument, verifySignedDocument } from '../sim/pki/cms.ts'
import { generateKeyPair, keySigner } from '../sim/pki/key.ts'
import { policiesOf } from '../sim/pki/profile.ts'
import { createAuthority, issueSignature, now } from '../sim/pki/testHierarchy.ts'
import { childAt, leaf, readTree, type Tree, withChild, writeTree } from './tools/derTree.ts'
import { donorsFrom } from './tools/donor.ts'
import { applyChanges, changes } from './tools/mutant.ts'
import { compareOpinions, createWorkplace, type Opinion } from './tools/opinion.ts'
import { pem } from './tools/pem.ts'

const workplace = createWorkplace()
afterAll(workplace.remove)

const document = new TextEncoder().encode('口座開設申込書\n')
/** Where SignerInfo stands in the whole, and in it the signed attributes and the signature (RFC 5652 section 5.3). */
const signerInfoAt = [1, 0, 4, 0]
const attributesAt = 3
const signatureAt = 5

test('openssl accepts every signed document that we accept, with the same content', async () => {
  const ca = await createAuthority('signature')
  const keyPair = await generateKeyPair()
  const certificate = await issueSignature({ ca, keyPair })
  const common = { signer: keySigner(keyPair.privateKey), certificate, signingTime: now }
  const der = await signDocument({ document, ...common })
  const other = await signDocument({ document: new TextEncoder().encode('another'), ...common })
  const detached = await signDocument({ document, ...common, detached: true })
  const whole = readTree(der)
  const donors = donorsFrom(now, [der, other, detached])
  const anchors = trustAnchors([{ kind: 'signature', der: ca.certificate }])
  workplace.write('ca.pem', pem('CERTIFICATE', ca.certificate))

  /** Signs the attributes as they are now, tagged as a SET OF (RFC 5652 section 5.4). */
  const signedAgain = (changed: Tree): Tree => {
    const attributes = childAt(changed, ...signerInfoAt, attributesAt)
    const signature = sign('sha256', writeTree({ ...attributes, tag: 0x31 }), keyPair.privateKey)
    return withChild(changed, [...signerInfoAt, signatureAt], leaf(0x04, signature))
  }
  const anywhere = changes.map((wanted) => applyChanges(whole, wanted, donors))
  const inAttributes = changes.map((wanted) => {
    const path = [...signerInfoAt, attributesAt]
    return signedAgain(withChild(whole, path, applyChanges(childAt(whole, ...path), wanted, donors)))
  })
  const inSignerInfo = changes.map((wanted) =>
    withChild(whole, signerInfoAt, applyChanges(childAt(whole, ...signerInfoAt), wanted, donors)),
  )
  const mutants = fc.oneof(anywhere, inAttributes, inSignerInfo).map((tree) => Uint8Array.from(writeTree(tree)))

  const ours = (mutant: Uint8Array): Opinion => {
    const verified = verifySignedDocument(mutant)
    if (verified.result !== 'ok') return { verdict: 'refused', because: verified.reason }
    const options = { kind: 'signature', anchors, now, policies: policiesOf('signature') } as const
    const found = validateCertificate(verified.certificate, options)
    if (found.result !== 'ok') return { verdict: 'refused', because: found.reason }
    return { verdict: 'good', because: '', content: Buffer.from(verified.document).toString('hex') }
  }
  const theirs = (mutant: Uint8Array): Opinion => {
    const file = workplace.write('mutant.der', mutant)
    const content = workplace.write('content', '')
    const common = ['-verify', '-cades', '-binary', '-inform', 'DER', '-in', file, '-out', content, '-purpose', 'any']
    const { status, output } = workplace.openssl('cms', ...common, '-CAfile', 'ca.pem', '-attime', String(now / 1000))
    if (status !== 0) return { verdict: 'refused', because: output }
    return { verdict: 'good', because: '', content: workplace.read(content).toString('hex') }
  }
  expect([ours(der).verdict, theirs(der).verdict]).toEqual(['good', 'good'])
  const { accepted } = await compareOpinions({ name: 'signed document', mutants, ours, theirs, original: der })
  expect(accepted).toBeGreaterThan(50)
})
