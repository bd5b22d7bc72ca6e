/** The same cards as lines of JSON, for k6: bytes as base64, one object a card. */
import type { Card, Header, HeldCertificate } from './packedFile.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

const certificateLine = ({ certificate, privateKey, number: _, ...rest }: HeldCertificate) => ({
  ...rest,
  certificate: base64(certificate),
  privateKey: base64(privateKey),
})

/** `keys: "pooled"` or `"seeded"` means what the header's notice says: such keys are known or broken easily, for simulation only. */
export const lineOf = (card: Card, { keys, keyAlgorithm }: Header): string => {
  const { cardId, municipality, generation, cardExpiresAt, certificates } = card
  const authentication = certificates.find(({ kind }) => kind === 'authentication')
  const signature = certificates.find(({ kind }) => kind === 'signature')
  const line = {
    ...{ cardId, municipality, generation, cardExpiresAt, keys, keyAlgorithm },
    ...(authentication && { authentication: certificateLine(authentication) }),
    ...(signature && { signature: certificateLine(signature) }),
  }
  return `${JSON.stringify(line)}\n`
}
