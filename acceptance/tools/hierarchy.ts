/** A hierarchy that is none of JPKI: root, intermediate CA, holder, each with every extension RFC 5280 lets it have. */
import type { KeyObject } from 'node:crypto'
import * as asn1 from '../../sim/pki/asn1.ts'
import { exportPublicKey, generateKeyPair } from '../../sim/pki/key.ts'
import { branch, leaf, readTree, type Tree, writeTree } from './derTree.ts'
import { extension, policy, treeOf } from './donor.ts'
import { signAs } from './seal.ts'

const sha256WithRsa = branch(0x30, treeOf(asn1.oid('1.2.840.113549.1.1.11')), leaf(0x05, []))

const attribute = (oid: string, tag: number, text: string) =>
  branch(0x31, branch(0x30, treeOf(asn1.oid(oid)), leaf(tag, text)))
const nameOf = (commonName: string) =>
  branch(
    0x30,
    attribute('2.5.4.6', 0x13, 'JP'),
    attribute('2.5.4.10', 0x0c, 'Test'),
    attribute('2.5.4.3', 0x0c, commonName),
  )

type Party = { name: string; key: KeyObject; publicKey: Tree; identifier: number[] }

async function createParty(name: string, mark: number): Promise<Party> {
  const { privateKey, publicKey } = await generateKeyPair()
  const spki = readTree(Buffer.from(exportPublicKey(publicKey), 'base64'))
  return { name, key: privateKey, publicKey: spki, identifier: Array<number>(20).fill(mark) }
}

const envelope = (tbs: Tree, key: KeyObject): Uint8Array => {
  const signature = leaf(0x03, [0, ...signAs(sha256WithRsa, writeTree(tbs), key)])
  return writeTree(branch(0x30, tbs, sha256WithRsa, signature))
}

const utcTime = (at: number) => leaf(0x17, `${new Date(at).toISOString().replace(/\D/g, '').slice(2, 14)}Z`)

const authority = ({ identifier }: Party) => extension('2.5.29.35', false, branch(0x30, leaf(0x80, identifier)))
const day = 24 * 60 * 60 * 1000

function certificate(of: Party, by: Party, serial: number, now: number, extensions: readonly Tree[]): Uint8Array {
  const own = of === by ? [] : [authority(by)]
  const all = [...own, extension('2.5.29.14', false, leaf(0x04, of.identifier)), ...extensions]
  const tbs = branch(
    0x30,
    branch(0xa0, leaf(0x02, [2])),
    leaf(0x02, [serial]),
    sha256WithRsa,
    nameOf(by.name),
    branch(0x30, utcTime(now - 100 * day), utcTime(now + 100 * day)),
    nameOf(of.name),
    of.publicKey,
    branch(0xa3, branch(0x30, ...all)),
  )
  return envelope(tbs, by.key)
}

/** A complete list that revokes the serial numbers given. */
function list(by: Party, now: number, serials: readonly number[]): Uint8Array {
  const entries = serials.map((serial) => branch(0x30, leaf(0x02, [serial]), utcTime(now - day)))
  const extensions = [authority(by), extension('2.5.29.20', false, leaf(0x02, [7]))]
  const tbs = branch(
    0x30,
    leaf(0x02, [1]),
    sha256WithRsa,
    nameOf(by.name),
    utcTime(now - day),
    utcTime(now + day),
    ...(entries.length > 0 ? [branch(0x30, ...entries)] : []),
    branch(0xa0, branch(0x30, ...extensions)),
  )
  return envelope(tbs, by.key)
}

const usage = (...bits: number[]) => extension('2.5.29.15', true, treeOf(asn1.namedBits(bits)))
const isCa = (...pathLength: number[]) =>
  extension('2.5.29.19', true, branch(0x30, leaf(0x01, [0xff]), ...pathLength.map((n) => leaf(0x02, [n]))))
const policies = extension('2.5.29.32', false, branch(0x30, policy('1.2.3.4')))
/** Names under O=Test of JP only. */
const constraint = extension(
  '2.5.29.30',
  true,
  branch(
    0x30,
    branch(
      0xa0,
      branch(0x30, branch(0xa4, branch(0x30, attribute('2.5.4.6', 0x13, 'JP'), attribute('2.5.4.10', 0x0c, 'Test')))),
    ),
  ),
)

/** All of it, valid at `now` (Unix ms), with the keys that sign each part. */
export async function createHierarchy(now: number) {
  const [root, middle, holder] = [
    await createParty('Root', 1),
    await createParty('Middle', 2),
    await createParty('Holder', 3),
  ]
  return {
    root: { der: certificate(root, root, 1, now, [usage(5, 6), isCa()]), key: root.key },
    middle: { der: certificate(middle, root, 2, now, [usage(5, 6), isCa(0), policies, constraint]), key: root.key },
    holder: { der: certificate(holder, middle, 3, now, [usage(0, 1), policies]), key: middle.key },
    rootList: { der: list(root, now, [9]), key: root.key },
    middleList: { der: list(middle, now, [7, 8]), key: middle.key },
    revokingList: list(middle, now, [3]),
  }
}
