/** Changes to a DER tree as fast-check values: of single bytes, of the encoding, and of the structure itself. */
import fc from 'fast-check'
import { branch, leaf, type Place, placeAt, type Tree } from './derTree.ts'

const kinds = [
  ...(['flip', 'set', 'cut', 'extend', 'retag', 'long', 'indefinite'] as const),
  ...(['remove', 'repeat', 'swap', 'hoist', 'wrap', 'empty'] as const),
  ...(['graft', 'graft', 'graft', 'insert', 'insert', 'insert', 'move', 'text'] as const),
] as const

/** `where` leads to the element from the root down, `from` the donor or the byte, `byte` what is written. */
export type Change = { kind: (typeof kinds)[number]; where: readonly number[]; from: number; byte: number }

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...kinds),
  where: fc.array(fc.nat(63), { minLength: 1, maxLength: 9 }),
  from: fc.nat(9999),
  byte: fc.nat(255),
})

export const changes = fc.array(change, { minLength: 1, maxLength: 3 })

const tags = [
  ...[0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1c, 0x1e, 0x30, 0x31],
  ...[0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4],
]

const pick = <T>(from: readonly T[], index: number): T | undefined => from[index % Math.max(1, from.length)]

/** The value with one byte changed; elements inside are left alone. */
function withByte(tree: Tree, at: number, byteOf: (old: number) => number): Tree {
  if (tree.content.length === 0) return tree
  const content = Uint8Array.from(tree.content)
  const index = at % content.length
  content[index] = byteOf(content[index] ?? 0)
  return { ...tree, content }
}

/** Another spelling of a text: case, spaces, or none of the two. */
function respelled(tree: Tree, how: number): Tree {
  const text = Buffer.from(tree.content).toString('utf8')
  const spellings = [
    text.toUpperCase(),
    text.toLowerCase(),
    ` ${text}`,
    `${text} `,
    text.replace(' ', '  '),
    `${text}\0`,
  ]
  return { ...tree, content: Buffer.from(spellings[how % spellings.length] ?? text) }
}

/** One change at one place; `donors` are elements to be put in or beside it. */
function applyAt({ tree, siblings, replace }: Place, { kind, from, byte }: Change, donors: readonly Tree[]): Tree {
  const sameTag = donors.filter((donor) => donor.tag === tree.tag)
  const donor = pick(sameTag.length > 0 ? sameTag : donors, from) ?? tree
  const sibling = pick(siblings, from) ?? tree
  switch (kind) {
    case 'flip':
      return replace(withByte(tree, from, (old) => old ^ (1 << (byte & 7))))
    case 'set':
      return replace(withByte(tree, from, () => byte))
    case 'cut':
      return replace({ ...tree, content: tree.content.subarray(0, -1) })
    case 'extend':
      return replace({ ...tree, content: Uint8Array.from([...tree.content, byte]) })
    case 'retag':
      return replace({ ...tree, tag: pick(tags, from) ?? tree.tag })
    case 'long':
    case 'indefinite':
      return replace({ ...tree, length: kind })
    case 'remove':
      return replace()
    case 'repeat':
      return replace(tree, tree)
    case 'swap':
      return replace(sibling)
    case 'hoist':
      return replace(...(tree.children ?? []))
    case 'wrap':
      return replace(branch(pick(tags, from) ?? 0x30, tree))
    case 'empty':
      return replace(leaf(tree.tag, []))
    case 'graft':
      return replace(donor)
    case 'insert':
      return byte % 2 === 0 ? replace(donor, tree) : replace(tree, donor)
    case 'move':
      return byte % 2 === 0 ? replace(sibling, tree) : replace(tree, sibling)
    case 'text':
      return replace(respelled(tree, from))
  }
}

/** All changes, one after the other, each somewhere in what the former left. */
export const applyChanges = (tree: Tree, wanted: readonly Change[], donors: readonly Tree[]): Tree =>
  wanted.reduce((changed, one) => applyAt(placeAt(changed, one.where), one, donors), tree)
