/** Cases that would cost much: crowds of certificates, lists and answers, some of them honest, and products of what they contain. */
import type { Case } from '../conformance.ts'
import { constructed, primitive } from '../der.ts'
import { wrap } from '../derWriter.ts'
import { extensionOid } from '../profile.ts'
import * as of from './testSuite.ts'
import { certificate, extension, fullName, int, name, now, oid, party, seq } from './testSuite.ts'
import { answer, list } from './testSuiteStatus.ts'
import { bad, ca, chain, frame, good, leaf, middle, root, type Row, stranger } from './testSuitePath.ts'

const ext = extensionOid
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const at = <T>(all: readonly T[], i: number): T => {
  const found = all[i % all.length]
  if (found === undefined) throw new RangeError('none')
  return found
}

const rootCertificate = certificate(root, root, { ...ca, serial: 1 })
const middleCertificate = certificate(middle, root, { ...ca, serial: 2 })
const leafCertificate = certificate(leaf, middle)

/** Crowds beside a good path, which must pass; and the same crowds without one. */
const crowds = (): Row[] => {
  const keys = times(40, () => party('crowd'))
  const strangers = times(1000, (i) => certificate({ ...at(keys, i), name: name(`stranger ${i}`) }, stranger, ca))
  const circle = times(3000, (i) =>
    certificate(
      { ...at(keys, i), name: name(`ring ${i % 200}`) },
      { ...at(keys, i * 7 + 1), name: name(`ring ${(i * 13 + 1) % 200}`) },
      ca,
    ),
  )
  const mesh = times(1000, (i) =>
    certificate(
      { ...at(keys, i % 10), name: name(`layer ${Math.floor(i / 100)}`) },
      { ...at(keys, Math.floor(i / 10) % 10), name: name(`layer ${Math.floor(i / 100) + 1}`) },
      ca,
    ),
  )
  const claimed = { ...party('crowd', 'P-384'), keyId: middle.keyId }
  const sameName = times(300, (i) => certificate({ ...claimed, name: middle.name }, root, { ...ca, serial: 100 + i }))
  const manyKeys = times(60, () => {
    const of = party('middle')
    return certificate({ ...of, keyId: middle.keyId }, stranger, ca)
  })
  const revocation: Partial<Case> = {
    revocation: 'crl',
    crls: [
      ...times(400, (i) => list({ ...at(keys, i), name: name(`stranger ${i}`) })),
      ...times(100, (i) => list(stranger, { number: i })),
      list(middle),
      list(root),
    ].map(of.base64),
    ocsps: times(60, (i) => answer({ by: stranger, singles: [{ issuer: stranger, serial: i }] })).map(of.base64),
  }
  const below = (holder: of.Party, pool: of.Bytes[]) => frame([rootCertificate], pool, certificate(leaf, holder))
  return [
    good('a thousand strangers', frame([rootCertificate], [...strangers, middleCertificate], leafCertificate)),
    good(
      'a thousand strangers, circles and lists',
      frame([rootCertificate], [...strangers, ...circle.slice(0, 500), middleCertificate], leafCertificate, revocation),
    ),
    good(
      'sixty namesakes that claim the key identifier',
      frame([rootCertificate], [...manyKeys, middleCertificate], leafCertificate),
    ),
    good(
      'the ca three hundred times',
      frame(
        [rootCertificate],
        times(300, () => middleCertificate),
        leafCertificate,
      ),
    ),
    good(
      'a hundred anchors',
      frame(
        [
          ...times(100, (i) =>
            certificate({ ...at(keys, i), name: name(`root ${i}`) }, { ...at(keys, i), name: name(`root ${i}`) }, ca),
          ),
          rootCertificate,
        ],
        [middleCertificate],
        leafCertificate,
      ),
    ),
    bad('circles', below({ ...at(keys, 5), name: name('ring 5') }, circle)),
    bad('a mesh of layers', below({ ...at(keys, 0), name: name('layer 0') }, mesh)),
    bad('a crowd of one name and large keys', frame([rootCertificate], sameName, leafCertificate)),
  ]
}

const products = (): Row[] => {
  const dns = (count: number, text: string) => times(count, (i) => of.ascii(primitive(2), `${text}${i}.jp`))
  const constraints = (permitted: of.Bytes[], excluded: of.Bytes[] = []) =>
    extension(
      ext.nameConstraints,
      seq(
        ...[permitted, excluded].flatMap((names, i) =>
          names.length > 0 ? [wrap(constructed(i), ...names.map((one) => seq(one)))] : [],
        ),
      ),
      true,
    )
  const names = (names: of.Bytes[]) => ({ more: [extension(ext.subjectAltName, seq(...names))] })
  const many = times(60, (i) => `1.2.3.${i}`)
  const policies = (texts: string[]) => extension(ext.certificatePolicies, seq(...texts.map((text) => seq(oid(text)))))
  const maps = extension(
    ext.policyMappings,
    seq(...times(120, (i) => seq(oid(at(many, i)), oid(at(many, i * 7 + 1))))),
    true,
  )
  const tower = times(10, (i) => party(`tower ${i}`))
  const towerCas = tower.map((holder, i) =>
    certificate(holder, i === 0 ? root : at(tower, i - 1), { ...ca, more: [policies(many), maps] }),
  )
  return [
    good(
      'forty names under forty constraints',
      chain({ middle: { more: [constraints([...dns(40, 'a')])] }, leaf: names(dns(40, 'a')) }),
    ),
    bad(
      'a thousand names under a thousand constraints',
      chain({ middle: { more: [constraints(dns(900, 'a'), dns(100, 'b'))] }, leaf: names(dns(900, 'x.a')) }),
    ),
    bad(
      'policies mapped up a tower',
      frame([rootCertificate], towerCas, certificate(leaf, at(tower, 9), { more: [policies(['1.2.9'])] }), {
        policy: { initial: ['1.2.8'], explicit: true },
      }),
    ),
    bad(
      'an extension of a megabyte',
      chain({ leaf: { more: [extension('1.2.3.9', of.octets(new Uint8Array(1 << 20)))] } }),
    ),
    bad(
      'deeply nested',
      chain({
        leaf: {
          more: [
            extension(
              ext.subjectAltName,
              times(2000, (i) => i).reduce((inner) => wrap(constructed(4), inner), seq()),
            ),
          ],
        },
      }),
    ),
  ]
}

const keysAndLists = (): Row[] => {
  const spki = (bits: number, exponent: bigint) =>
    seq(
      seq(oid('1.2.840.113549.1.1.1'), of.nothing),
      of.wholeBits(seq(int((1n << BigInt(bits - 1)) + 1n), int(exponent))),
    )
  const forged = (bits: number, exponent: bigint, count: number) =>
    frame(
      [rootCertificate],
      times(count, (i) =>
        certificate({ ...middle, spki: spki(bits, exponent + BigInt(2 * i)) }, root, { ...ca, serial: 50 + i }),
      ),
      certificate(leaf, middle, { algorithm: seq(oid('1.2.840.113549.1.1.11'), of.nothing) }),
    )
  const status = (crls: of.Bytes[], more: of.CertificateSpec = {}) =>
    frame([rootCertificate], [middleCertificate], certificate(leaf, middle, more), {
      revocation: 'crl',
      crls: [...crls, list(root)].map(of.base64),
    })
  const invalidity = extension(ext.invalidityDate, of.general(now))
  const entries = (count: number, more: readonly of.Bytes[] = [], reason = 1) =>
    times(count, (i) => ({ serial: 0x10000 + i, reason, more }))
  const issuing = fullName(...times(700, (i) => of.ascii(primitive(6), `http://a/${i}`)))
  const points = extension(
    ext.crlDistributionPoints,
    seq(...times(60, (i) => seq(fullName(of.ascii(primitive(6), `http://b/${i}`))))),
  )
  const singles = times(250, () => ({ issuer: middle }))
  return [
    bad('large keys', forged(8192, 65537n, 60)),
    bad('large exponents', forged(3072, (1n << 255n) + 1n, 60)),
    good('a list of 100,000', status([list(middle, { entries: entries(100_000) })])),
    good('a list of 100,000 with reasons', status([list(middle, { entries: entries(100_000, [], 9) })])),
    good('a list of 8,000 in an unusual form', status([list(middle, { entries: entries(8_000, [invalidity]) })])),
    bad('a list of 90,000 in an unusual form', status([list(middle, { entries: entries(90_000, [invalidity]) })])),
    good('two hundred lists', status(times(200, (i) => list(middle, { number: i + 1 })))),
    bad('a thousand lists of strangers', status(times(990, () => list(middle, { signer: stranger })))),
    bad(
      'three hundred lists of thirty names',
      status(
        times(300, () =>
          list(middle, { issuingPoint: seq(fullName(...times(30, (i) => of.ascii(primitive(6), `http://a/${i}`)))) }),
        ),
        { more: [points] },
      ),
    ),
    bad(
      'three hundred lists of seven hundred names',
      status(
        times(300, () => list(middle, { issuingPoint: seq(issuing) })),
        { more: [points] },
      ),
    ),
    bad(
      'twenty answers of strangers, 250 times each',
      frame([rootCertificate], [middleCertificate], leafCertificate, {
        revocation: 'ocsp',
        ocsps: times(20, () => of.base64(answer({ by: middle, signer: stranger, singles }))),
      }),
    ),
  ]
}

export const costRows = (): Row[] => [...crowds(), ...products(), ...keysAndLists()]
