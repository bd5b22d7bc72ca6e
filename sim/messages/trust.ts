/** Which CA certificates a verifier trusts; they reach it out of band, by its configuration. */
import { z } from 'zod'
import { certificateKind, instant } from './person.ts'

const trustAnchor = z.strictObject({
  kind: certificateKind,
  generation: z.number().int(),
  /** SHA-256 of the certificate's DER, hex. */
  fingerprint: z.string(),
  trustedSince: instant,
})

export const trustAnchorList = z.strictObject({ anchors: z.array(trustAnchor) })
export const trustAnchorsReloaded = z.strictObject({ changed: z.boolean(), anchors: z.array(trustAnchor) })
