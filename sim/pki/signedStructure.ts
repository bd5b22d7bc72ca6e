/** The envelope that certificates, lists and OCSP answers share: what is signed, the algorithm, the signature. */
import { algorithmIdentifier, algorithmOid } from './algorithm.ts'
import { bitString, encode, type Node, raw, sequence } from './asn1.ts'
import type { Signer } from './key.ts'

/** Signs `tbs` with sha256WithRSAEncryption and returns the DER of the whole; `more` follows the signature. */
export async function signStructure(tbs: Node, signer: Signer, ...more: Node[]): Promise<Uint8Array> {
  const signed = encode(tbs)
  const signature = await signer.sign(signed)
  const algorithm = algorithmIdentifier(algorithmOid.sha256WithRSAEncryption)
  return encode(sequence(raw(signed), algorithm, bitString(signature), ...more))
}
