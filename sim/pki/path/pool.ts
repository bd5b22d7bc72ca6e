/** Certificates that may become issuers, found by name; those sent along are read only when somebody bears the name looked for. */
import { constructed, tag, walk } from '../der.ts'
import { MalformedError } from '../malformed.ts'
import { type ReadName, readRepeatedName, sameName } from '../name.ts'
import { type Certificate, readCertificate } from '../parsedCertificate.ts'
import { type Budget, foldsOf } from './budget.ts'

export type Pool = {
  /** Trusted. */
  readonly anchors: readonly Certificate[]
  anchorsNamed(name: ReadName): readonly Certificate[]
  /** Chosen by anybody; `read` is told of each that has to be read for it. */
  intermediatesNamed(name: ReadName, read: () => void): readonly Certificate[]
}

const keyOf = (name: ReadName) => name.folded.join(',')

/** The subject of a certificate in DER, without reading the rest. */
function subjectOf(der: Uint8Array): ReadName {
  const whole = walk(der, 0, der.length)
  whole.next('certificate', tag.sequence)
  const outer = walk(der, whole.span.contentStart, whole.span.end)
  outer.next('certificate', tag.sequence)
  const tbs = walk(der, outer.span.contentStart, outer.span.end)
  if (tbs.isNext(constructed(0))) tbs.next('version')
  for (const part of ['serial number', 'algorithm', 'issuer', 'validity']) tbs.next(part)
  const at = tbs.next('subject', tag.sequence)
  return readRepeatedName(der.subarray(at, tbs.span.end))
}

/** What the function makes; undefined where the input is malformed, which is as good as not there. */
function unlessMalformed<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

type Sent = { readonly given: Certificate | Uint8Array; read?: Certificate | undefined; isRead: boolean }

function readSent(sent: Sent, read: () => void): Certificate[] {
  if (!sent.isRead) {
    const { given } = sent
    if (given instanceof Uint8Array) read()
    sent.read = given instanceof Uint8Array ? unlessMalformed(() => readCertificate(given)) : given
    sent.isRead = true
  }
  return sent.read ? [sent.read] : []
}

/** `intermediates` may be DER. */
export function createPool(of: {
  anchors: readonly Certificate[]
  intermediates: readonly (Certificate | Uint8Array)[]
  budget: Budget
}): Pool {
  const { anchors, intermediates, budget } = of
  const trusted = Map.groupBy(anchors, ({ subjectName }) => keyOf(subjectName))
  const sent = new Map<string, Sent[]>()
  for (const given of intermediates) {
    const name = given instanceof Uint8Array ? unlessMalformed(() => subjectOf(given)) : given.subjectName
    if (!name) continue
    budget.spend('filed')
    budget.spend('fold', foldsOf(name))
    const bearers = sent.get(keyOf(name)) ?? []
    sent.set(keyOf(name), bearers)
    bearers.push({ given, isRead: false })
  }
  return {
    anchors,
    anchorsNamed: (name) => trusted.get(keyOf(name)) ?? [],
    intermediatesNamed: (name, read) => (sent.get(keyOf(name)) ?? []).flatMap((one) => readSent(one, read)),
  }
}

/** The same pool with one anchor left. */
export const underAnchor = (pool: Pool, anchor: Certificate): Pool => ({
  ...pool,
  anchors: [anchor],
  anchorsNamed: (name) => (sameName(name, anchor.subjectName) ? [anchor] : []),
})
