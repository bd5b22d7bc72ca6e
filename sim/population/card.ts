/** What is on a resident's card and what became of it: which certificates, from when to when, revoked when and why. */
import { DAY, SECOND } from '../core/clock.ts'
import { createRandom, type Random } from '../core/random.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { ageAt, certificateValidity, endOfBirthday } from '../pki/validity.ts'
import type { Resident } from './resident.ts'

export type Revocation = { at: number; reason: RevocationReason }

export type PlannedCertificate = {
  kind: CertificateKind
  /** Upper-case hex. */
  serialNumber: string
  /** The authority's running number. */
  number: number
  notBefore: number
  notAfter: number
  revoked?: Revocation | undefined
}

export type CardPlan = {
  cardId: string
  /** Party id. */
  municipality: string
  /** Of the CAs that issued the certificates. */
  generation: number
  cardExpiresAt: number
  /** The authentication certificate first; below 15 years of age it is the only one. */
  certificates: PlannedCertificate[]
}

/** When a generation of the CAs issued, oldest first, and until when its certificates may live (Unix ms). */
export type Era = { generation: number; from: number; until: number; notAfter: number }

/** What all cards of a population have in common. */
export type PlanRules = {
  seed: string
  eras: readonly Era[]
  /** Nothing happened later than this (Unix ms). */
  until: number
  revokedShare: number
  cards: number
  /** Running number of the first certificate; every card takes two. */
  firstNumber: number
  /** The first of each CA's running serial numbers, of which every card takes one; without them serial numbers are drawn. */
  firstSerialNumbers?: Record<CertificateKind, number>
}

/** Cards are issued over the last four years, so that none has expired: certificates end on the fifth birthday after issue. */
export const longestAgoMs = 4 * 365 * DAY

/**
 * Why certificates were revoked, and which (the reasons of the J-LIS CPS 4.9.9; shares assumed). A change of name or address ends
 * the signature certificate only. Renewals are left out: they would need the certificate that took the old one's place.
 */
const causes: readonly { share: number; reason: RevocationReason; kinds: readonly CertificateKind[] }[] = [
  { share: 0.55, reason: 'affiliationChanged', kinds: ['signature'] },
  { share: 0.2, reason: 'cessationOfOperation', kinds: ['authentication', 'signature'] },
  { share: 0.23, reason: 'certificateHold', kinds: ['authentication', 'signature'] },
  { share: 0.02, reason: 'keyCompromise', kinds: ['authentication', 'signature'] },
]

const wholeSecond = (at: number) => Math.floor(at / SECOND) * SECOND
const between = (random: Random, from: number, until: number) => wholeSecond(from + random.next() * (until - from))

const drawCause = (random: Random, held: readonly CertificateKind[]) => {
  const possible = causes.filter(({ kinds }) => kinds.some((kind) => held.includes(kind)))
  let left = random.next() * possible.reduce((sum, { share }) => sum + share, 0)
  return possible.find(({ share }) => (left -= share) < 0) ?? possible.at(-1)
}

/** 16 bytes without a leading zero, as the authority draws them. */
const drawSerialNumber = (random: Random): string => {
  const bytes = random.bytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

/** A card ends on the tenth birthday after its issue, below 18 on the fifth (notices of municipalities to residents). */
const cardEnd = (dateOfBirth: string, issuedAt: number) =>
  endOfBirthday(dateOfBirth, issuedAt, ageAt(dateOfBirth, issuedAt) < 18 ? 5 : 10)

export const cardIdOf = (seed: string, number: number) => `population-${seed}-${number}`

/** Upper-case hex of whole bytes. */
const hexOf = (value: number) => {
  const digits = value.toString(16).toUpperCase()
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

/** Cards are numbered in the order of their issue, so serial numbers rise with time. Generations are equally frequent (assumed). */
const issueOf = ({ eras, cards }: PlanRules, number: number, random: Random): { era: Era; issuedAt: number } => {
  const position = (eras.length * (number - 1 + random.next())) / cards
  const era = eras[Math.min(Math.floor(position), eras.length - 1)]
  if (era === undefined) throw new Error('no generation has issued')
  return { era, issuedAt: wholeSecond(era.from + (position % 1) * (era.until - era.from)) }
}

const certificatesOf = (of: { rules: PlanRules; resident: Resident; era: Era; issuedAt: number; random: Random }) => {
  const { rules, resident, era, issuedAt, random } = of
  const { dateOfBirth } = resident.basicFour
  const cardExpiresAt = cardEnd(dateOfBirth, issuedAt)
  const certificates: PlannedCertificate[] = []
  for (const kind of ['authentication', 'signature'] as const) {
    const first = rules.firstSerialNumbers?.[kind]
    const serialNumber = first === undefined ? drawSerialNumber(random) : hexOf(first + resident.number - 1)
    const number = rules.firstNumber + 2 * (resident.number - 1) + (kind === 'signature' ? 1 : 0)
    const [authentication] = certificates
    const validity = certificateValidity({
      kind,
      dateOfBirth,
      issuedAt,
      cardNotAfter: Math.min(cardExpiresAt, era.notAfter),
      ...(authentication && { authenticationNotAfter: authentication.notAfter }),
    })
    if (validity.result === 'ok')
      certificates.push({
        kind,
        serialNumber,
        number,
        notBefore: validity.notBefore,
        notAfter: validity.notAfter,
      })
  }
  return { certificates, cardExpiresAt }
}

/** The card of a resident, always the same one for the same rules. */
export const planCard = (rules: PlanRules, resident: Resident): CardPlan => {
  const random = createRandom(`card/${rules.seed}/${resident.number}`)
  const { era, issuedAt } = issueOf(rules, resident.number, random)
  const { certificates, cardExpiresAt } = certificatesOf({ rules, resident, era, issuedAt, random })
  if (random.chance(rules.revokedShare)) {
    const held = certificates.map(({ kind }) => kind)
    const cause = drawCause(random, held)
    const at = between(random, issuedAt, rules.until)
    for (const certificate of certificates)
      if (cause?.kinds.includes(certificate.kind)) certificate.revoked = { at, reason: cause.reason }
  }
  return {
    cardId: cardIdOf(rules.seed, resident.number),
    municipality: resident.town.party,
    generation: era.generation,
    cardExpiresAt,
    certificates,
  }
}
