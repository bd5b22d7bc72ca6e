import { beforeAll, expect } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import { verifySignedDocument } from './cms.ts'
import { checkWhenSigned } from './evidenceCheck.ts'
import { MalformedError } from './malformed.ts'
import { createEvidenceBench, type EvidenceBench } from './testEvidence.ts'
import { day, now } from './testHierarchy.ts'
import { readTimeStamp } from './timeStamp.ts'
import { changes, mutate } from './testMutation.ts'

let bench: EvidenceBench
const documents: Uint8Array[] = []
beforeAll(async () => {
  bench = await createEvidenceBench()
  documents.push(await bench.keep(await bench.sign(), [await bench.answer()]))
  documents.push(await bench.keep(await bench.sign(), [await bench.list(), await bench.answer()]))
})

const check = (evidence: Uint8Array) => {
  const { anchors, tsaAnchors } = bench
  return checkWhenSigned(evidence, { anchors, tsaAnchors, now: now + 3 * 365 * day })
}

/** Whether the changed evidence, where it is still accepted, says exactly what it said. */
const saysTheSame = (evidence: Uint8Array, original: Uint8Array) => {
  const found = check(evidence)
  if (found.outcome !== 'valid') return
  const { certificate, ...told } = found
  const { certificate: before, ...toldBefore } = { certificate: bench.certificate, ...check(original) }
  expect({ ...told, certificate: certificate.fingerprint }).toEqual({
    ...toldBefore,
    certificate: 'fingerprint' in before ? before.fingerprint : undefined,
  })
}

const runs = { numRuns: 2000 }

property.prop([changes, fc.integer({ min: 0, max: 1 })], runs)(
  'changed evidence is refused, or says the same, and never throws',
  (wanted, which) => {
    const original = documents[which] ?? new Uint8Array()
    saysTheSame(mutate(original, wanted), original)
  },
)

property.prop([fc.nat(), fc.integer({ min: 1, max: 255 })], runs)(
  'one changed byte anywhere is refused, or means nothing',
  (position, mask) => {
    const [original = new Uint8Array()] = documents
    const evidence = new Uint8Array(original)
    const index = position % evidence.length
    evidence[index] = (evidence[index] ?? 0) ^ mask
    saysTheSame(evidence, original)
  },
)

property.prop([fc.uint8Array({ maxLength: 200 })], runs)('random bytes are malformed', (bytes) => {
  expect(check(bytes)).toEqual({ outcome: 'invalid', reason: 'malformed' })
  expect(() => readTimeStamp(bytes)).toThrow(MalformedError)
})

property.prop([changes], runs)(
  'changed evidence still verifies as a document only if it is the same document',
  (wanted) => {
    const [original = new Uint8Array()] = documents
    try {
      const found = verifySignedDocument(mutate(original, wanted))
      if (found.result === 'ok') expect(Buffer.from(found.document)).toEqual(Buffer.from(bench.document))
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedError)
    }
  },
)
