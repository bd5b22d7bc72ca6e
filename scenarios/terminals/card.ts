/** What any terminal of the testbed does with a card in its reader: power it on, have it prove presence, have it sign. */
import type { CardApp } from '../../sim/card/index.ts'
import { createReader, type Reader } from '../../sim/card/reader.ts'
import { answer, type Network } from '../../sim/core/network.ts'
import { fromBase64, toBase64 } from '../../sim/messages/base64.ts'
import { signDocument } from '../../sim/pki/cms.ts'

type Connect = Network['connect']

export type Challenge = { challengeId: string; challenge: string }
export type Proof = { challengeId: string; certificate: string; signature: string }

/** What the card says to a PIN that it does not accept. */
type NotAccepted = { result: 'wrong'; triesLeft: number } | { result: 'blocked' }

const cardAt = (connect: Connect) => connect<CardApp>('card')[':cardId']

/** Power the card off and on: PINs verified before are forgotten. Tells the tries left and which certificates it has. */
export const resetCard = (connect: Connect, cardId: string) =>
  answer(cardAt(connect).resets.$post({ param: { cardId } }))

/** Tries left and certificates present, as the card stands now. */
export const cardState = (connect: Connect, cardId: string) => answer(cardAt(connect).$get({ param: { cardId } }))

/**
 * The reader that the card is in: APDUs go to it over the network. Only cards of this testbed can be reached so: it needs no trust anchors,
 * and what a compromised or new authority stands behind is for the platform to refuse.
 */
export const readerOf = (connect: Connect, cardId: string): Reader =>
  createReader(
    async (apdu) => (await answer(cardAt(connect).apdu.$post({ param: { cardId }, json: { apdu } }))).response,
  )

/** Enter the PIN and have the card sign the challenge with its authentication key. */
export const prove = async (
  reader: Reader,
  { challengeId, challenge }: Challenge,
  pin: string,
): Promise<{ result: 'proved'; proof: Proof } | NotAccepted> => {
  const certificate = await reader.readAuthenticationCertificate()
  const verified = await reader.verify('authentication', pin)
  if (verified.result !== 'ok') return verified
  const signature = await reader.sign('authentication', fromBase64(challenge))
  return {
    result: 'proved',
    proof: { challengeId, certificate: toBase64(certificate), signature: toBase64(signature) },
  }
}

/**
 * The same at a trusted terminal 特定機関認証, which shows its key where a PIN would be entered: SIMULATED, not the real protocol
 * (sim/card/pinCommand.ts). Undefined when the card does not accept the terminal.
 */
export const proveWithoutPin = async (
  reader: Reader,
  { challengeId, challenge }: Challenge,
  terminalKey: Uint8Array,
): Promise<Proof | undefined> => {
  const certificate = await reader.readAuthenticationCertificate()
  if (!(await reader.presentTerminal(terminalKey))) return undefined
  const signature = await reader.sign('authentication', fromBase64(challenge))
  return { challengeId, certificate: toBase64(certificate), signature: toBase64(signature) }
}

/** Enter the password and have the card sign `document` with its signature key: CMS SignedData with the document inside, base64. */
export const signWith = async (
  reader: Reader,
  document: unknown,
  { password, signingTime }: { password: string; signingTime: number },
): Promise<{ result: 'signed'; signedDocument: string } | NotAccepted> => {
  const verified = await reader.verify('signature', password)
  if (verified.result !== 'ok') return verified
  const certificate = await reader.readSignatureCertificate()
  const signed = await signDocument({
    document: new TextEncoder().encode(JSON.stringify(document)),
    signer: await reader.signer('signature'),
    certificate,
    signingTime,
    detached: false,
  })
  return { result: 'signed', signedDocument: toBase64(signed) }
}
