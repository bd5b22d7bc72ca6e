import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import * as asn1 from '../asn1.ts'
import { nameNode, type Name } from '../name.ts'
import { type Certificate, readCertificate } from '../parsedCertificate.ts'
import { extensionOid } from '../profile.ts'
import { type CrlNumbersSeen } from './crlStatus.ts'
import { readRevocationList } from './revocationList.ts'
import { checkRevocation, type PathQuestion, validatePath } from './validate.ts'

const now = Date.UTC(2026, 3, 1)
const day = 24 * 60 * 60 * 1000
/** `keyId`: a key identifier it claims, which need not be its own. */
type Holder = { name: Name; key: { publicKey: KeyObject; privateKey: KeyObject }; keyId?: Uint8Array }

const holder = (commonName: string): Holder => ({
  name: [['CN', commonName]],
  key: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
})
const ecdsa = () => asn1.sequence(asn1.oid('1.2.840.10045.4.3.2'))
const signed = (tbs: asn1.Node, by: Holder) =>
  asn1.encode(
    asn1.sequence(tbs, ecdsa(), asn1.bitString(new Uint8Array(sign('sha256', asn1.encode(tbs), by.key.privateKey)))),
  )

const extension = (oid: string, critical: boolean, value: asn1.Node) =>
  asn1.sequence(asn1.oid(oid), ...(critical ? [asn1.isTrue()] : []), asn1.octetString(asn1.encode(value)))
const keyId = ({ key, keyId: claimed }: Holder) =>
  claimed ?? new Uint8Array(key.publicKey.export({ type: 'spki', format: 'der' }).subarray(-20))

type Wanted = { ca?: boolean; pathLength?: number; serial?: bigint; usage?: number[]; more?: asn1.Node[] }

function certificate(subject: Holder, issuer: Holder, wanted: Wanted = {}): Certificate {
  const { ca = false, pathLength, serial = 5n, usage = ca ? [5, 6] : [0], more = [] } = wanted
  const tbs = asn1.sequence(
    asn1.explicit(0, asn1.integer(2)),
    asn1.integer(serial),
    ecdsa(),
    nameNode(issuer.name),
    asn1.sequence(asn1.time(now - day), asn1.time(now + 100 * day)),
    nameNode(subject.name),
    asn1.raw(new Uint8Array(subject.key.publicKey.export({ type: 'spki', format: 'der' }))),
    asn1.explicit(
      3,
      asn1.sequence(
        extension(extensionOid.keyUsage, true, asn1.namedBits(usage)),
        extension(extensionOid.subjectKeyIdentifier, false, asn1.octetString(keyId(subject))),
        extension(extensionOid.authorityKeyIdentifier, false, asn1.sequence(asn1.implicit(0, keyId(issuer)))),
        ...(ca
          ? [
              extension(
                extensionOid.basicConstraints,
                true,
                asn1.sequence(asn1.isTrue(), ...(pathLength === undefined ? [] : [asn1.integer(pathLength)])),
              ),
            ]
          : []),
        ...more,
      ),
    ),
  )
  return readCertificate(signed(tbs, issuer))
}

type ListWanted = { number?: number; base?: number; entries?: { serial: bigint; reason: number }[] }

function list(issuer: Holder, { number = 1, base, entries = [] }: ListWanted = {}) {
  const revoked = entries.map(({ serial, reason }) =>
    asn1.sequence(
      asn1.integer(serial),
      asn1.time(now - day),
      asn1.sequence(extension(extensionOid.reasonCode, false, asn1.enumerated(reason))),
    ),
  )
  const tbs = asn1.sequence(
    asn1.integer(1),
    ecdsa(),
    nameNode(issuer.name),
    asn1.time(now - 1000),
    asn1.time(now + day),
    ...(revoked.length > 0 ? [asn1.sequence(...revoked)] : []),
    asn1.explicit(
      0,
      asn1.sequence(
        extension(extensionOid.crlNumber, false, asn1.integer(number)),
        ...(base === undefined ? [] : [extension(extensionOid.deltaCrlIndicator, true, asn1.integer(base))]),
      ),
    ),
  )
  return readRevocationList(signed(tbs, issuer))
}

let root: Holder
let middle: Holder
let person: Holder
let anchor: Certificate
let ca: Certificate
let leaf: Certificate

beforeAll(() => {
  ;[root, middle, person] = [holder('root'), holder('middle'), holder('person')]
  anchor = certificate(root, root, { ca: true })
  ca = certificate(middle, root, { ca: true })
  leaf = certificate(person, middle)
})

const reason = (question: Partial<PathQuestion>) => {
  const answer = validatePath({ leaf, anchors: [anchor], intermediates: [ca], now, ...question })
  return answer.result === 'ok' ? 'ok' : answer.reason
}

/** The status of a certificate directly under the anchor. */
const status = (
  lists: ReturnType<typeof list>[],
  more: { seen?: CrlNumbersSeen; intermediates?: Certificate[]; of?: Certificate } = {},
) => {
  const { of = ca, intermediates = [], seen } = more
  const demand = { by: 'crl', lists, answers: [], seen } as const
  const answer = validatePath({ leaf: of, anchors: [anchor], intermediates, now, status: demand })
  return answer.result === 'ok' ? 'ok' : answer.reason
}

test('a path through an intermediate is found, and only to an anchor that was given', () => {
  expect(reason({})).toBe('ok')
  expect(reason({ anchors: [] })).toMatch('no issuer known')
  expect(reason({ anchors: [], intermediates: [ca, anchor] })).toMatch('no issuer known')
  expect(reason({ intermediates: [] })).toMatch('no issuer known')
})

test('an imposter with the anchor’s name and another key is no anchor', () => {
  const withOwnId = holder('root')
  for (const [imposter, expected] of [
    [withOwnId, 'no issuer known'],
    [{ ...withOwnId, keyId: keyId(root) }, 'bad signature'],
  ] as const) {
    const forged = certificate(middle, imposter, { ca: true })
    expect(reason({ intermediates: [forged, certificate(imposter, imposter, { ca: true })] })).toMatch(expected)
  }
})

test('a path has to keep its length, from the anchor on', () => {
  expect(reason({ anchors: [certificate(root, root, { ca: true, pathLength: 0 })] })).toMatch('path too long')
  expect(reason({ maxDepth: 0 })).toMatch('path too long')
  expect(reason({ maxDepth: 1 })).toBe('ok')
})

test('cas that vouch for each other in circles end in a refusal', () => {
  const [a, b] = [holder('a'), holder('b')]
  const circle = [certificate(a, b, { ca: true }), certificate(b, a, { ca: true })]
  expect(reason({ leaf: certificate(person, a), intermediates: circle })).toMatch('no issuer known')
})

test('many cas of one name cost no more than the budget', () => {
  const claimed = new Uint8Array(20)
  const crowd = Array.from({ length: 40 }, () => ({ ...holder('crowd'), keyId: claimed }))
  const intermediates = crowd.flatMap((of, i) =>
    [0, 1, 2].map((step) => certificate(of, crowd[(i + step + 1) % 40] ?? of, { ca: true })),
  )
  expect(reason({ leaf: certificate(person, crowd[0] ?? person), intermediates })).toBe('budget: too much work')
})

test('a validation that passes its deadline is refused', () => {
  let ms = 0
  expect(reason({ stopwatch: () => (ms += 1000) })).toBe('budget: deadline passed')
})

test('a weak or unknown key, or sha-1, is refused wherever it stands', () => {
  const weak: Holder = { name: [['CN', 'weak']], key: generateKeyPairSync('rsa', { modulusLength: 1024 }) }
  expect(reason({ leaf: certificate(weak, middle) })).toBe('public key: bad modulus')
  expect(reason({ leaf: certificate(weak, middle), rules: { minRsaBits: 1024 } })).toBe('ok')
  const strange: Holder = { name: [['CN', 'strange']], key: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }) }
  expect(reason({ leaf: certificate(strange, middle) })).toBe('public key: unsupported')
})

test('without a list there is no status, and a revoked ca spoils the path', () => {
  expect(status([])).toMatch('status unknown')
  expect(status([list(root)])).toBe('ok')
  expect(status([list(root, { entries: [{ serial: 5n, reason: 1 }] })])).toBe('revoked (6.3.3)')
})

test('a list older than one seen before is refused', () => {
  const seen: CrlNumbersSeen = new Map()
  expect(status([list(root, { number: 7 })], { seen })).toBe('ok')
  expect(status([list(root, { number: 6 })], { seen })).toMatch('older than one seen before')
  expect(status([list(root, { number: 7 })], { seen })).toBe('ok')
})

test('of two complete lists the one with the higher number counts', () => {
  const hold = list(root, { number: 2, entries: [{ serial: 5n, reason: 6 }] })
  expect(status([list(root, { number: 1 }), hold])).toBe('revoked (6.3.3)')
  expect(status([hold, list(root, { number: 3 })])).toBe('ok')
})

test('a delta adds to its base and lifts a hold; alone it says nothing', () => {
  const held = list(root, { number: 1, entries: [{ serial: 5n, reason: 6 }] })
  expect(status([list(root), list(root, { number: 2, base: 1, entries: [{ serial: 5n, reason: 1 }] })])).toBe(
    'revoked (6.3.3)',
  )
  expect(status([held, list(root, { number: 2, base: 1, entries: [{ serial: 5n, reason: 8 }] })])).toBe('ok')
  expect(status([list(root, { number: 2, base: 1 })])).toMatch('status unknown')
})

test('a delta with a gap before it lifts no hold but still revokes', () => {
  const held = list(root, { number: 1, entries: [{ serial: 5n, reason: 6 }] })
  expect(status([held, list(root, { number: 9, base: 5, entries: [{ serial: 5n, reason: 8 }] })])).toBe(
    'revoked (6.3.3)',
  )
  expect(status([list(root), list(root, { number: 9, base: 5, entries: [{ serial: 5n, reason: 1 }] })])).toBe(
    'revoked (6.3.3)',
  )
})

/** Status of the leaf under `middle`, by lists. */
const leafStatus = (lists: ReturnType<typeof list>[], signers: Certificate[]) =>
  reason({ intermediates: [ca, ...signers], status: { by: 'crl', lists, answers: [] } })

test('a list signed by another key of the same ca counts, if that key may sign lists', () => {
  const second = { ...holder('middle') }
  const lists = [list(second), list(root)]
  expect(leafStatus(lists, [])).toMatch('status unknown')
  expect(leafStatus(lists, [certificate(second, root, { usage: [6], serial: 77n })])).toBe('ok')
  expect(leafStatus(lists, [certificate(second, root, { usage: [0], serial: 77n })])).toMatch('status unknown')
  const revoked = list(root, { entries: [{ serial: 77n, reason: 1 }] })
  expect(leafStatus([list(second), revoked], [certificate(second, root, { usage: [6], serial: 77n })])).toMatch(
    'status unknown',
  )
})

test('a list cannot vouch for the key that signed it', () => {
  const second = { ...holder('middle') }
  const signer = certificate(second, middle, { usage: [6], serial: 77n })
  expect(leafStatus([list(second), list(root)], [signer])).toMatch('status unknown')
  expect(leafStatus([list(second), list(middle), list(root)], [signer])).toBe('ok')
})

test('a ca of the same name elsewhere under the anchor is another ca', () => {
  const other = holder('other')
  const namesake = { ...holder('middle') }
  const elsewhere = [
    certificate(other, root, { ca: true, serial: 6n }),
    certificate(namesake, other, { ca: true, serial: 8n }),
  ]
  expect(leafStatus([list(namesake), list(root), list(other)], elsewhere)).toMatch('status unknown')
})

test('the status alone can be asked for, of a certificate no path rule would take', () => {
  const old = certificate(person, root, { serial: 9n, usage: [5] })
  const demand = { by: 'crl', lists: [list(root)], answers: [] } as const
  const question = { leaf: old, anchors: [anchor], now, status: demand }
  expect(validatePath(question).result).toBe('refused')
  expect(checkRevocation(question).result).toBe('ok')
  expect(checkRevocation({ ...question, anchors: [certificate(middle, middle, { ca: true })] }).result).toBe('refused')
})

test('a time that is no number is refused', () => {
  expect(reason({ now: Number.NaN })).toBe('no time to judge by')
})
