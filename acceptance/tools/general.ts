/** The opinion of the general validator, asked as any outside suite asks it. */
import { type Case, verify } from '../../sim/pki/conformance.ts'
import type { Opinion } from './opinion.ts'

/** DER of what a case is about; `now` is Unix ms. */
export type Question = {
  anchor: Uint8Array
  intermediates?: readonly Uint8Array[]
  leaf: Uint8Array
  crls?: readonly Uint8Array[]
  ocsps?: readonly Uint8Array[]
  now: number
}

const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64')

/** Status is asked for when there is something to learn it from. Throws what the validator caught but did not expect. */
export async function generalOpinion({ anchor, intermediates, leaf, crls, ocsps, now }: Question): Promise<Opinion> {
  const question: Case = {
    anchors: [base64(anchor)],
    intermediates: (intermediates ?? []).map(base64),
    leaf: base64(leaf),
    crls: (crls ?? []).map(base64),
    ocsps: (ocsps ?? []).map(base64),
    time: new Date(now).toISOString(),
    revocation: crls ? 'crl' : ocsps ? 'ocsp' : 'none',
  }
  const { result, reason } = await verify(question)
  if (reason.startsWith('no case')) throw new Error(`the validator did not expect this: ${reason}`)
  return result === 'accept' ? { verdict: 'good', because: '' } : { verdict: 'refused', because: reason }
}
