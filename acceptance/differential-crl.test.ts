/** Changed revocation lists, most of them signed again by the CA: where we draw a status from one, openssl must draw the same. */
import { afterAll, expect, test } from 'vitest'
import { parseCertificate } from '../sim/pki/certificate.ts'
import { checkCrl, parseCrl, statusByCrl } from '../sim/pki/crl.ts'
import { readCrlStream } from '../sim/pki/crlStream.ts'
import { judgeCrl } from '../sim/pki/crlCheck.ts'
import { issueCrl } from '../sim/pki/crlIssue.ts'
import { generateKeyPair } from '../sim/pki/key.ts'
import { crlDistributionPoint } from '../sim/pki/profile.ts'
import { createAuthority, day, issueSignature, kiyose, mitaka, now } from '../sim/pki/testHierarchy.ts'
import { readTree } from './tools/derTree.ts'
import { donorsFrom } from './tools/donor.ts'
import { generalOpinion } from './tools/general.ts'
import { compareOpinions, createWorkplace, type Opinion } from './tools/opinion.ts'
import { pem } from './tools/pem.ts'
import { mutantsOf } from './tools/seal.ts'

const workplace = createWorkplace()
afterAll(workplace.remove)

test.each(['good', 'revoked'] as const)(
  'openssl draws the status that we draw from a list, first %s',
  async (first) => {
    const ca = await createAuthority('signature')
    const leafDer = await issueSignature({ ca, keyPair: await generateKeyPair() })
    const [issuer, certificate] = [parseCertificate(ca.certificate), parseCertificate(leafDer)]
    const list = (partition: typeof kiyose, ...revoked: string[]) =>
      issueCrl({
        ...{ ca, thisUpdate: now - day / 2, nextUpdate: now + day, crlNumber: 12 },
        entries: revoked.map((serialNumber) => ({ serialNumber, revocationDate: now - day, reasonCode: 3 })),
        distributionPoint: crlDistributionPoint('signature', partition),
      })
    const der = await list(kiyose, '0200', ...(first === 'revoked' ? [certificate.serialNumber] : []), 'FF00')
    const donors = donorsFrom(now, [der, await list(mitaka, certificate.serialNumber), leafDer])
    workplace.write('ca.pem', pem('CERTIFICATE', ca.certificate))
    workplace.write('leaf.pem', pem('CERTIFICATE', leafDer))

    const ours = (mutant: Uint8Array): Opinion => {
      const crl = parseCrl(mutant)
      const checked = checkCrl(crl, { issuer, certificate, now })
      if (checked.result !== 'ok') return { verdict: 'refused', because: checked.reason }
      return { verdict: statusByCrl(crl, certificate.serialNumber).certStatus, because: '' }
    }
    /** The reader of lists too large for memory, which gets the list in small pieces. */
    const streamed = async (mutant: Uint8Array): Promise<Opinion> => {
      let listed = false
      const sink = (bytes: Uint8Array, from: number, to: number) => {
        const number = Buffer.from(bytes.subarray(from, to)).toString('hex').toUpperCase()
        listed ||= number.replace(/^00/, '') === certificate.serialNumber
      }
      const pieces = Array.from({ length: Math.ceil(mutant.length / 100) }, (_, index) =>
        mutant.subarray(index * 100, index * 100 + 100),
      )
      const { head, signatureValid } = await readCrlStream(pieces, { issuer, sink })
      const checked = judgeCrl(head, { issuer, certificate, now }, () => signatureValid)
      if (checked.result !== 'ok') return { verdict: 'refused', because: checked.reason }
      return { verdict: listed ? 'revoked' : 'good', because: '' }
    }
    const theirs = (mutant: Uint8Array): Opinion => {
      const file = workplace.write('mutant.pem', pem('X509 CRL', mutant))
      const files = ['-CAfile', 'ca.pem', '-CRLfile', file, 'leaf.pem']
      const { status, output } = workplace.openssl('verify', '-crl_check', '-attime', String(now / 1000), ...files)
      if (/certificate revoked/.test(output)) return { verdict: 'revoked', because: output }
      return { verdict: status === 0 ? 'good' : 'refused', because: output }
    }
    const general = (mutant: Uint8Array) =>
      generalOpinion({ anchor: ca.certificate, leaf: leafDer, crls: [mutant], now })
    const generally = first === 'good' ? 'good' : 'refused'
    const opinions = [ours(der), await streamed(der), await general(der), theirs(der)]
    expect(opinions.map(({ verdict }) => verdict)).toEqual([first, first, generally, first])

    const mutants = mutantsOf({ whole: readTree(der), key: ca.keyPair.privateKey, algorithmAt: 1 }, donors)
    const common = { mutants, theirs, original: der }
    const byProfile = await compareOpinions({ name: `crl, ${first}, profile`, ours, ...common })
    const byStream = await compareOpinions({ name: `crl, ${first}, streamed`, ours: streamed, ...common })
    expect(Math.min(byProfile.accepted, byStream.accepted)).toBeGreaterThan(50)
    const byPath = await compareOpinions({ name: `crl, ${first}, general`, ours: general, ...common })
    if (first === 'good') expect(byPath.accepted).toBeGreaterThan(50)
  },
)
