/** Certificates of the testbed's own web pages: a web CA that may vouch for this machine only, and a server's certificate under it. */
import { isIPv4 } from 'node:net'
import { sha1, signatureIdentifier } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { extension } from './extension.ts'
import { exportPublicKey, fromBase64, type KeyPair, keySigner } from './key.ts'
import { type Name, nameNode } from './name.ts'
import { defaultOrganization, extensionOid, keyUsageBit, keyUsageBits } from './profile.ts'
import { publicKeyBits } from './publicKey.ts'
import { signStructure } from './signedStructure.ts'

/** id-kp-serverAuth, RFC 5280 section 4.2.1.12. */
const keyPurposeServerAuth = '1.3.6.1.5.5.7.3.1'

/** Its own name: nobody may take it for one of the CAs that certify residents. */
const caName: Name = [
  ['C', 'JP'],
  ['O', defaultOrganization],
  ['CN', 'Common ID Testbed web CA (simulated) ウェブサーバー用 模擬認証局'],
]

/** RFC 5280 section 4.2.1.3. No cipher here needs it, but older clients (NSS's tstclnt) want it of any server with an RSA key. */
const keyEncipherment = 2

/** The names under which this machine reaches itself; the server's certificate has all of them. */
const serverNames = { dns: 'localhost', addresses: ['127.0.0.1', '::1'] } as const

const loopbackV6 = [...Array<number>(15).fill(0), 1]
const addressBytes = (address: string) => new Uint8Array(isIPv4(address) ? address.split('.').map(Number) : loopbackV6)
const dnsName = (name: string) => asn1.implicit(2, new TextEncoder().encode(name))
const ipAddress = (bytes: Uint8Array) => asn1.implicit(7, bytes)

/** localhost, 127.0.0.0/8 and ::1/128 (RFC 5280 section 4.2.1.10): whoever trusts this CA trusts it for nothing else. */
const nameConstraints = asn1.sequence(
  asn1.explicit(
    0,
    asn1.sequence(dnsName(serverNames.dns)),
    asn1.sequence(ipAddress(new Uint8Array([127, 0, 0, 0, 255, 0, 0, 0]))),
    asn1.sequence(ipAddress(new Uint8Array([...loopbackV6, ...Array<number>(16).fill(0xff)]))),
  ),
)

type Request = { serialNumber: bigint; notBefore: number; notAfter: number }
type Parts = Request & { key: KeyPair; by: KeyPair; subject: Name; own: readonly asn1.Node[] }

const issue = ({ serialNumber, notBefore, notAfter, key, by, subject, own }: Parts): Promise<Uint8Array> => {
  if (notAfter < notBefore) throw new RangeError('validity ends before it starts')
  const signer = keySigner(by.privateKey)
  const spki = fromBase64(exportPublicKey(key.publicKey), 'public key')
  const identifierOf = ({ publicKey }: KeyPair) =>
    sha1(publicKeyBits(fromBase64(exportPublicKey(publicKey), 'public key')))
  const tbs = asn1.sequence(
    asn1.explicit(0, asn1.integer(2)),
    asn1.integer(serialNumber),
    signatureIdentifier(signer),
    nameNode(caName),
    asn1.sequence(asn1.time(notBefore), asn1.time(notAfter)),
    nameNode(subject),
    asn1.raw(spki),
    asn1.explicit(
      3,
      asn1.sequence(
        extension(
          { oid: extensionOid.authorityKeyIdentifier, critical: false },
          asn1.sequence(asn1.implicit(0, identifierOf(by))),
        ),
        extension({ oid: extensionOid.subjectKeyIdentifier, critical: false }, asn1.octetString(identifierOf(key))),
        ...own,
      ),
    ),
  )
  return signStructure(tbs, signer)
}

/** The web CA, signed by its own key; it issues no further CAs. */
export const issueWebCaCertificate = (request: Request & { keyPair: KeyPair }): Promise<Uint8Array> =>
  issue({
    ...request,
    key: request.keyPair,
    by: request.keyPair,
    subject: caName,
    own: [
      extension({ oid: extensionOid.keyUsage, critical: true }, asn1.namedBits(keyUsageBits.ca)),
      extension({ oid: extensionOid.basicConstraints, critical: true }, asn1.sequence(asn1.isTrue(), asn1.integer(0))),
      extension({ oid: extensionOid.nameConstraints, critical: true }, nameConstraints),
    ],
  })

/** A server's certificate for the names of this machine, for TLS servers alone. */
export const issueServerCertificate = (request: Request & { keyPair: KeyPair; ca: KeyPair }): Promise<Uint8Array> =>
  issue({
    ...request,
    key: request.keyPair,
    by: request.ca,
    subject: [
      ['C', 'JP'],
      ['O', defaultOrganization],
      ['CN', serverNames.dns],
    ],
    own: [
      extension(
        { oid: extensionOid.keyUsage, critical: true },
        asn1.namedBits([keyUsageBit.digitalSignature, keyEncipherment]),
      ),
      extension({ oid: extensionOid.extKeyUsage, critical: false }, asn1.sequence(asn1.oid(keyPurposeServerAuth))),
      extension(
        { oid: extensionOid.subjectAltName, critical: false },
        asn1.sequence(
          dnsName(serverNames.dns),
          ...serverNames.addresses.map((address) => ipAddress(addressBytes(address))),
        ),
      ),
    ],
  })
