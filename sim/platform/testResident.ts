/** Residents for the platform's tests: certificates from the real authority, keys in memory instead of on a card. */
import { sign } from 'node:crypto'
import { hc } from 'hono/client'
import type { CaApp } from '../ca/index.ts'
import type { Clock } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import type { RevocationReason } from '../messages/person.ts'
import { signDocument } from '../pki/cms.ts'
import { exportPublicKey, generateKeyPair, keySigner } from '../pki/key.ts'
import type { CertificateKind } from '../pki/profile.ts'

/** One key for all: making them is slow, and who signs is told by the certificate. */
const key = await generateKeyPair()
const publicKey = exportPublicKey(key.publicKey)

export const hanakoFour = {
  name: '見本　花子',
  dateOfBirth: '1990-05-05',
  sex: 'female',
  address: '見本県青葉野市中央一丁目１番１号',
} as const

type Town = 'municipality-aobano' | 'municipality-midorino'
type Parts = { clock: Clock; town: (id: Town) => ReturnType<typeof hc<CaApp>> }
type Issued = { serialNumber: string; certificate: string }

const residentWith = ({ authentication, signature }: Record<CertificateKind, Issued>, clock: Clock) => ({
  authentication,
  signature,
  prove: (challenge: string) => ({
    certificate: authentication.certificate,
    signature: toBase64(sign('sha256', fromBase64(challenge), key.privateKey)),
  }),
  /** A document, or any value as JSON, signed: CMS in base64. */
  sign: async (document: unknown, { certificate } = signature) =>
    toBase64(
      await signDocument({
        document: Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)),
        signer: keySigner(key.privateKey),
        certificate: fromBase64(certificate),
        signingTime: clock.now(),
      }),
    ),
  /** A signature alone, without document and certificate: CMS in base64. */
  signApart: async (document: string) =>
    toBase64(
      await signDocument({
        ...{ document: Buffer.from(document), signer: keySigner(key.privateKey), signingTime: clock.now() },
        ...{ certificate: fromBase64(signature.certificate), detached: true, withoutCertificate: true },
      }),
    ),
})

export type Resident = ReturnType<typeof residentWith>

export const createResidents = ({ clock, town }: Parts) => {
  const issue = (kind: CertificateKind, cardId: string, home: Town): Promise<Issued> => {
    const { dateOfBirth } = hanakoFour
    const common = { kind, cardId, publicKey, dateOfBirth, cardExpiresAt: Date.UTC(2036, 4, 5) }
    const json = kind === 'signature' ? { ...common, basicFour: hanakoFour } : common
    return answer(town(home).certificates.$post({ json }))
  }
  /** Both certificates of a card; for a card that had some, these take their place. */
  const card = async (cardId: string, home: Town = 'municipality-aobano'): Promise<Resident> => {
    const authentication = await issue('authentication', cardId, home)
    return residentWith({ authentication, signature: await issue('signature', cardId, home) }, clock)
  }
  const revoke = (kind: CertificateKind, { serialNumber }: Issued, reason: RevocationReason) =>
    answer(
      town('municipality-aobano').certificates[':kind'][':serialNumber'].revocations.$post({
        param: { kind, serialNumber },
        json: { reason },
      }),
    )
  return { card, revoke }
}
