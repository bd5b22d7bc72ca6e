/** Orders that residents sign with their own certificates: read strictly, and believed only if the certificate is good at this moment. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { HOUR, MINUTE } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { type SignedDocument, verifySignedDocument } from '../pki/cms.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { CertificateKind } from '../pki/profile.ts'
import type { CaStore, IssuedRow } from './store.ts'

/** An order must have been signed this recently, and not later than clocks may differ (both assumed). */
const longestWayMs = HOUR
const clocksDifferMs = 5 * MINUTE

export type SignedOrder<T> = { order: T; signer: IssuedRow; signedAt: number; digest: string }

type Verified = Extract<SignedDocument, { result: 'ok' }>

const refuse = (reason: string, cause?: unknown) =>
  new Problem(422, 'order-refused', `the signed document is not accepted: ${reason}`, {
    errors: [{ field: '/signedDocument', reason }],
    ...(cause !== undefined && { cause }),
  })

const verified = (cms: Uint8Array): Verified => {
  try {
    const signed = verifySignedDocument(cms)
    if (signed.result === 'refused') throw refuse(signed.reason)
    return signed
  } catch (cause) {
    if (cause instanceof MalformedError) throw refuse(cause.reason, cause)
    throw cause
  }
}

const readOrder = <T>(document: Uint8Array, schema: z.ZodType<T>): T => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(document))
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) throw refuse('not json', cause)
    throw cause
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refuse(`not the order that is expected here: ${parsed.error.issues[0]?.message ?? ''}`)
}

/** The authority knows what it issued and revoked this very moment: no list and no quarter of an hour stands between. */
export const createSignedOrders = (site: Site, store: CaStore) => {
  const signerOf = async ({ certificate }: Verified, kind: CertificateKind): Promise<IssuedRow> => {
    const row = await store.find(kind, certificate.serialNumber)
    if (row === undefined || row.certificate !== toBase64(certificate.der))
      throw refuse(`not signed with a ${kind} certificate of this authority`)
    if (row.medium !== 'card') throw refuse('not signed with a card')
    const now = site.clock.now()
    if (now < row.notBefore || now > row.notAfter) throw refuse('the certificate is out of its time')
    if ((await store.revocationOf(kind, row.serialNumber)) !== undefined) throw refuse('the certificate is revoked')
    return row
  }

  return {
    /** Throws a 422 problem for whatever is not this order, signed just now with a good certificate of `kind` on a card. */
    read: async <T>(signedDocument: string, kind: CertificateKind, schema: z.ZodType<T>): Promise<SignedOrder<T>> => {
      const cms = fromBase64(signedDocument)
      const signed = verified(cms)
      const signer = await signerOf(signed, kind)
      const { signingTime: signedAt } = signed
      const now = site.clock.now()
      if (signedAt < now - longestWayMs || signedAt > now + clocksDifferMs) throw refuse('not signed just now')
      const digest = createHash('sha256').update(cms).digest('hex')
      return { order: readOrder(signed.document, schema), signer, signedAt, digest }
    },
  }
}

export type SignedOrders = ReturnType<typeof createSignedOrders>
