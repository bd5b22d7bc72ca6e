/** Answers whether one signature over one message is good, for test vectors that ask in this form (Wycheproof). */
import { constants, verify } from 'node:crypto'
import { MalformedError } from './malformed.ts'
import { importSpki, type KeyFacts, keyFacts, keyProblem } from './publicKey.ts'

/** Key, message and signature in base64. */
export type SignatureQuestion = {
  readonly scheme: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa'
  readonly hash: string
  readonly encoding?: 'der' | 'p1363'
  readonly mgfHash?: string
  readonly saltLen?: number
  readonly spki: string
  readonly msg: string
  readonly sig: string
}

export type SignatureVerdict = { readonly result: 'accept' | 'reject' | 'n/a' }

const hashes: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

function decide(question: SignatureQuestion, facts: KeyFacts): SignatureVerdict {
  const { scheme, encoding, mgfHash, saltLen } = question
  const hash = hashes[question.hash]
  // Node ties the mask's hash to that of the message.
  if (!hash || (mgfHash !== undefined && mgfHash !== question.hash)) return { result: 'n/a' }
  if (facts.type !== (scheme === 'ecdsa' ? 'ec' : 'rsa'))
    return { result: facts.type === 'unsupported' ? 'n/a' : 'reject' }
  // Asked about a signature alone: an exponent of 3, which no certificate may have here, does not make it a bad one.
  if (keyProblem(facts, { exponent: 3n })) return { result: 'reject' }
  const key = importSpki(bytes(question.spki))
  const padding = scheme === 'rsa-pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  const options =
    scheme === 'ecdsa'
      ? ({ key, dsaEncoding: encoding === 'p1363' ? 'ieee-p1363' : 'der' } as const)
      : { key, padding, ...(saltLen !== undefined && { saltLength: saltLen }) }
  return { result: verify(hash, bytes(question.msg), options, bytes(question.sig)) ? 'accept' : 'reject' }
}

/** Keys as in certificates but for their exponent; what is not taken at all is not answered. */
export function answerSignature(question: SignatureQuestion): SignatureVerdict {
  try {
    return decide(question, keyFacts(bytes(question.spki)))
  } catch (error) {
    if (error instanceof MalformedError) return { result: 'reject' }
    throw error
  }
}
