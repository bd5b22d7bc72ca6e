/** Who may use which routes, and the names in their paths. */
import { Problem } from '../core/problem.ts'
import { certificateKinds, type CertificateKind } from '../pki/profile.ts'

/** Accredited verifiers 署名検証者等 ask for all they serve; providers may not ask themselves (公的個人認証法 17条, 36条). */
export const verifiers = ['platform']

/** The authority's own staff speak with its own identity; nobody else founds or gives up its keys, or orders publications. */
export const operators = ['ca']

export const kindOf = (text: string): CertificateKind => {
  const kind = certificateKinds.find((candidate) => candidate === text)
  if (kind === undefined) throw new Problem(404, 'no-such-kind', 'certificates are for signature or authentication')
  return kind
}

/** A generation's number from a path or query. */
export const generationNumber = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Problem(404, 'no-such-generation', 'generations are numbered from 1')
  return Number(text)
}

/** The number of a snapshot in a path. */
export const snapshotNumber = (text: string): number => {
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) throw new Problem(404, 'no-such-delta', 'snapshots have whole numbers')
  return Number(text)
}
