/** What the register knows of one resident, and everything that can happen to one. */
import type { BasicFour, RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'

export type HeldCertificate = {
  kind: CertificateKind
  serialNumber: string
  notAfter: number
  cardId: string
  /** False once the register knows of a reason to revoke it, which is before the authority does. */
  valid: boolean
}
export type HeldCard = { cardId: string; expiresAt: number }
/** SubjectPublicKeyInfo in base64, of keys on the card. */
export type PublicKeys = Partial<Record<CertificateKind, string>>
/** Why the card or the authority did not do what was asked, to be told at the counter. */
export type Refusal = { status: number; code: string; detail: string }
export type Arrival = { from: string; address: string }
type TransferredRecord = {
  basicFour: BasicFour
  card: HeldCard | null
  lostCard: HeldCard | null
  formerCardIds: string[]
  certificates: HeldCertificate[]
}

export type Resident = {
  residentNetworkDelayMs: number
  basicFour: BasicFour | null
  arrival: Arrival | null
  card: HeldCard | null
  /** A card that is being made; the old one stays in use until then. */
  newCard: HeldCard | null
  /** The card that is exchanged for `card`, until that has its certificates. */
  replacedCard: HeldCard | null
  /** Reported lost; it may be found back until a new one is issued. */
  lostCard: HeldCard | null
  /** Cards that ended while they were not here; whichever turns up is handed in. */
  formerCardIds: string[]
  /** Keys on the card that wait for their certificates. */
  publicKeys: PublicKeys
  certificates: HeldCertificate[]
  refusal: Refusal | null
}

export type ResidentEvent =
  | { type: 'resident.registered'; basicFour: BasicFour }
  | { type: 'resident.arrived'; arrival: Arrival }
  | { type: 'record.received'; record: TransferredRecord; at: number }
  | { type: 'record.refused'; refusal: Refusal }
  | { type: 'resident.moved'; address: string; at: number }
  | { type: 'resident.renamed'; name: string; at: number }
  | { type: 'resident.departed' }
  | { type: 'resident.emigrated'; at: number }
  | { type: 'resident.died'; at: number }
  | { type: 'card.requested'; cardId: string; authenticationPin: string; signaturePassword?: string; at: number }
  | { type: 'card.made'; cardId: string; publicKeys: PublicKeys }
  | { type: 'card.refused'; refusal: Refusal }
  | { type: 'card.lost'; at: number }
  | { type: 'card.found' }
  | { type: 'card.returned'; cardId: string; at: number }
  | { type: 'renewal.requested' }
  | { type: 'signature.requested'; signaturePassword?: string }
  | { type: 'keys.made'; cardId: string; publicKeys: PublicKeys }
  | {
      type: 'certificate.issued'
      issued: HeldCertificate
      /** The key it is for. */
      publicKey: string
      certificate: string
      caCertificate: string
      at: number
    }
  | { type: 'certificate.refused'; cardId: string; refusal: Refusal; at: number }
  | { type: 'certificate.written'; cardId: string; kind: CertificateKind; at: number }

/** Parameters of the effects (effects.ts). PINs are in these only: the row goes once the card was told (its bytes once the database's write-ahead log is begun anew). */
export type MakeCard = { cardId: string; authenticationPin: string; signaturePassword?: string }
export type MakeKeys = { cardId: string; kinds: CertificateKind[]; signaturePassword?: string }
export type RequestCertificate = {
  card: HeldCard
  kind: CertificateKind
  publicKey: string
  replaces?: string
}
export type WriteCertificate = {
  cardId: string
  kind: CertificateKind
  publicKey: string
  certificate: string
  caCertificate: string
}
export type DestroyCards = { cardIds: string[] }
export type TellAuthority = {
  certificates: { kind: CertificateKind; serialNumber: string }[]
  reason: RevocationReason
  dueAt: number
}
