/** Telling our own cards from all others, real ones above all, by the authority that stands behind them: before any PIN is sent. */
import { Explained } from '../core/explained.ts'
import { isIssuedBy, parseCertificate, type Certificate } from '../pki/certificate.ts'
import { MalformedError } from '../pki/malformed.ts'
import { sameBytes } from '../pki/derValue.ts'

/** DER of the CA certificates a terminal trusts, asked for anew whenever a card has to prove itself. */
export type Anchors = () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>

/** The card in the reader is none of ours. No PIN was sent to it. */
export class ForeignCard extends Explained {
  override readonly name = 'ForeignCard'
  /** Its authority in one line; undefined where the card shows none. */
  readonly authority: string | undefined
  constructor(authority: string | undefined) {
    super({
      ja: `この試験用システムは本物のカードを受け付けません。このカードの認証局（${authority ?? '不明'}）は、この試験環境のものではありません。暗証番号は送っていません。カードを抜いてください`,
      en: `this testbed accepts no real cards: the authority of this card (${authority ?? 'unknown'}) is not one of its own; no PIN was sent; take the card out`,
    })
    this.authority = authority
  }
}

/** The certificate, or undefined for bytes that are none this testbed would issue. */
export const parsed = (der: Uint8Array | undefined): Certificate | undefined => {
  if (der === undefined) return undefined
  try {
    return parseCertificate(der)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return undefined
  }
}

/** What a card shows of where it comes from: a certificate of its own, or else the one of its CA. */
type Shown = { certificate?: Uint8Array; caCertificate?: Uint8Array }

/** Throws ForeignCard unless an anchor signed the card's certificate, or is its CA certificate byte for byte. */
export const requireOurs = ({ certificate, caCertificate }: Shown, anchors: readonly Uint8Array[]): void => {
  const own = parsed(certificate)
  const isAnchored =
    own === undefined
      ? caCertificate !== undefined && anchors.some((anchor) => sameBytes(anchor, caCertificate))
      : anchors.some((anchor) => {
          const ca = parsed(anchor)
          return ca !== undefined && ca.subjectHex === own.issuerHex && isIssuedBy(own, ca)
        })
  if (!isAnchored) throw new ForeignCard(own?.issuer ?? parsed(caCertificate)?.subject)
}
