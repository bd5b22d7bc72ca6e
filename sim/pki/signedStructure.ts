/** The envelope that certificates, lists and OCSP answers share: what is signed, the algorithm, the signature. */
import { signatureIdentifier } from './algorithm.ts'
import { bitString, encode, type Node, raw, sequence } from './asn1.ts'
import type { Signer } from './key.ts'

/** Signs `tbs`, which names the signer's algorithm, and returns the DER of the whole; `more` follows the signature. */
export async function signStructure(tbs: Node, signer: Signer, ...more: Node[]): Promise<Uint8Array> {
  const signed = encode(tbs)
  const signature = await signer.sign(signed)
  return encode(sequence(raw(signed), signatureIdentifier(signer), bitString(signature), ...more))
}
