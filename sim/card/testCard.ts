/** Cards and APDUs that the tests of this folder share. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createCard, respond, type Card } from './machine.ts'

const pairsP384 = {
  authentication: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }),
  signature: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }),
}
const pairs = {
  authentication: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  signature: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

export const publicKeysP384 = {
  authentication: pairsP384.authentication.publicKey,
  signature: pairsP384.signature.publicKey,
}
export const publicKeys = { authentication: pairs.authentication.publicKey, signature: pairs.signature.publicKey }

/** Bytes that begin like the DER of a certificate of this size (more than 260); the card does not look inside. */
const certificateLike = (sizeBytes: number, fill: number) => {
  const bytes = Buffer.alloc(sizeBytes, fill)
  bytes.writeUInt16BE(0x3082, 0)
  bytes.writeUInt16BE(sizeBytes - 4, 2)
  return bytes.toString('hex').toUpperCase()
}

export const certificates = {
  authentication: certificateLike(1600, 0x0a),
  signature: certificateLike(1537, 0x01),
  authenticationCa: certificateLike(1000, 0x0b),
  signatureCa: certificateLike(1024, 0x02),
}

const pkcs8 = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' }).toString('base64')

const privateKeysOf = (of: Record<'authentication' | 'signature', { privateKey: KeyObject }>) => ({
  authentication: pkcs8(of.authentication.privateKey),
  signature: pkcs8(of.signature.privateKey),
})

export const authenticationPin = '1234'
export const signaturePassword = 'SIGN1234'

/** An adult's card. */
export const adultContents = {
  authenticationPin,
  signaturePassword,
  privateKeys: privateKeysOf(pairs),
  certificates: { authentication: certificates.authentication, signature: certificates.signature },
  caCertificates: { authentication: certificates.authenticationCa, signature: certificates.signatureCa },
}

export const adultCard = createCard(adultContents)

/** An adult's card with the keys announced for the next card. */
export const p384Card = createCard({ ...adultContents, keyAlgorithm: 'p-384', privateKeys: privateKeysOf(pairsP384) })

/** A card of a resident under 15: no signature key, certificate or password. */
export const childCard = createCard({
  ...adultContents,
  signaturePassword: null,
  privateKeys: { ...adultContents.privateKeys, signature: null },
  certificates: { ...adultContents.certificates, signature: null },
})

/** Sends APDUs one after the other; the card afterwards and all responses. */
export const send = (card: Card, ...apdus: string[]) => {
  const responses: string[] = []
  for (const apdu of apdus) {
    const answered = respond(card, apdu)
    card = answered.snapshot
    responses.push(answered.response)
  }
  return { card, responses, last: responses.at(-1) ?? '' }
}

export const SELECT_JPKI = '00A4040C0AD392F000260100000001'
export const selectFile = (id: string) => `00A4020C02${id}`
export const QUERY = '00200080'

/** VERIFY of the PIN whose EF is selected. */
export const verify = (value: string) => {
  const data = Buffer.from(value, 'latin1').toString('hex')
  return `00200080${(data.length / 2).toString(16).padStart(2, '0')}${data}`.toUpperCase()
}

/** COMPUTE DIGITAL SIGNATURE. */
export const compute = (p1: string, p2: string, data: Uint8Array) =>
  `802A${p1}${p2}${data.length.toString(16).padStart(2, '0')}${Buffer.from(data).toString('hex')}00`.toUpperCase()

/** A card with the application selected and the authentication PIN (EF 0018) verified. */
export const openForAuthentication = send(adultCard, SELECT_JPKI, selectFile('0018'), verify(authenticationPin)).card

/** A card with the application selected and the signature password (EF 001B) verified. */
export const openForSignature = send(adultCard, SELECT_JPKI, selectFile('001B'), verify(signaturePassword)).card
