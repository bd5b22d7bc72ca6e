/** スマホ用電子証明書: certificates for keys in a smartphone, applied for with the card, which stays the root of them. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import { smartphoneApplication, type smartphoneCertificates } from '../messages/smartphone.ts'
import { parseCertificate } from '../pki/certificate.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { checkPublicKey, type Certifying, type Decided } from './certifying.ts'
import type { SignedOrders } from './signedOrder.ts'
import type { CaStore, IssuedRow } from './store.ts'

type Parts = { store: CaStore; certifying: Certifying; orders: SignedOrders }

export const createSmartphones = (site: Site, { store, certifying, orders }: Parts) => {
  const authenticationOn = async ({ cardId }: IssuedRow): Promise<IssuedRow> => {
    const row = (await store.ofCard(cardId)).find(({ kind }) => kind === 'authentication')
    if (row === undefined || row.notAfter < site.clock.now())
      throw new Problem(422, 'no-authentication-certificate', 'the card has no authentication certificate')
    if ((await store.revocationOf('authentication', row.serialNumber)) !== undefined)
      throw new Problem(422, 'no-authentication-certificate', 'the card’s authentication certificate is revoked')
    return row
  }

  /** No longer than the card's certificate of the same kind (assumed), on which it hangs. */
  const decide = (
    parent: IssuedRow,
    asked: { kind: CertificateKind; publicKey: string; requestKey: string; smartphoneId: string },
  ): Decided => {
    const { kind, publicKey, requestKey, smartphoneId } = asked
    const { basicFour } = parseCertificate(fromBase64(parent.certificate))
    return {
      ...{ kind, medium: 'smartphone', publicKey, requestKey, parent, cardId: smartphoneId },
      ...{ cardExpiresAt: parent.cardExpiresAt, municipality: parent.municipality },
      notBefore: Math.floor(site.clock.now() / SECOND) * SECOND,
      notAfter: parent.notAfter,
      ...(basicFour && { basicFour }),
    }
  }

  /** Repeated under the same key, an application is answered with the same certificates. */
  return async (signedDocument: string, requestKey: string): Promise<z.output<typeof smartphoneCertificates>> => {
    const keyOf = (kind: CertificateKind) => `${requestKey}/${kind}`
    const issue = async (kind: CertificateKind, publicKey: string, parent: IssuedRow) => {
      const smartphoneId = `phone-${createHash('sha256').update(requestKey).digest('hex').slice(0, 24)}`
      const asked = { kind, publicKey, requestKey: keyOf(kind), smartphoneId }
      const row = (await store.issuedFor(asked.requestKey)) ?? (await certifying.make(decide(parent, asked)))
      return certifying.begin(row)
    }
    const { order, signer } = await orders.read(signedDocument, 'signature', smartphoneApplication)
    checkPublicKey(order.signaturePublicKey, '/signaturePublicKey')
    checkPublicKey(order.authenticationPublicKey, '/authenticationPublicKey')
    const authentication = await authenticationOn(signer)
    return {
      signature: await issue('signature', order.signaturePublicKey, signer),
      authentication: await issue('authentication', order.authenticationPublicKey, authentication),
    }
  }
}

export type ApplyForSmartphone = ReturnType<typeof createSmartphones>
