/** DER as a tree that can be changed freely, also into BER and into nonsense, and written again. */

/** `children` where the value holds elements: constructed ones, and octet or bit strings with an element inside. */
export type Tree = {
  readonly tag: number
  readonly children?: readonly Tree[]
  /** The value of a leaf; before children of a bit string its count of unused bits. */
  readonly content: Uint8Array
  readonly length?: 'long' | 'indefinite'
}

const none = new Uint8Array()

function readElement(source: Uint8Array, start: number): { tree: Tree; end: number } | undefined {
  const [tag = -1, first = -1] = source.subarray(start, start + 2)
  if (first < 0 || first === 0x80 || first > 0x84 || (tag & 0x1f) === 0x1f) return undefined
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const contentStart = start + 2 + lengthBytes
  const length = lengthBytes === 0 ? first : source.subarray(start + 2, contentStart).reduce((n, b) => n * 256 + b, 0)
  const end = contentStart + length
  if (end > source.length) return undefined
  return { tree: withChildren(tag, source.subarray(contentStart, end)), end }
}

/** Every element in `source`, or undefined when it is not elements and nothing else. */
function readAll(source: Uint8Array): Tree[] | undefined {
  const found: Tree[] = []
  for (let position = 0; position < source.length;) {
    const next = readElement(source, position)
    if (!next) return undefined
    found.push(next.tree)
    position = next.end
  }
  return found
}

function withChildren(tag: number, content: Uint8Array): Tree {
  if (tag & 0x20) {
    const children = readAll(content)
    return children ? { tag, children, content: none } : { tag, content }
  }
  const prefix = tag === 0x03 && content[0] === 0 ? 1 : 0
  if (tag !== 0x04 && prefix === 0) return { tag, content }
  const inside = content.length - prefix >= 2 ? readAll(content.subarray(prefix)) : undefined
  return inside?.length === 1 ? { tag, children: inside, content: content.subarray(0, prefix) } : { tag, content }
}

export function readTree(der: Uint8Array): Tree {
  const found = readElement(der, 0)
  if (found?.end !== der.length) throw new Error('not one element')
  return found.tree
}

function lengthOctets(length: number, long: boolean): number[] {
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  if (long) return [0x81 + bytes.length, 0, ...bytes]
  return length < 0x80 ? [length] : [0x80 + bytes.length, ...bytes]
}

export function writeTree({ tag, children = [], content, length }: Tree): Uint8Array {
  const value = Buffer.concat([content, ...children.map(writeTree)])
  if (length === 'indefinite') return Buffer.concat([Uint8Array.of(tag, 0x80), value, Uint8Array.of(0, 0)])
  return Buffer.concat([Uint8Array.of(tag, ...lengthOctets(value.length, length === 'long')), value])
}

/** An element with a value. */
export const leaf = (tag: number, content: Uint8Array | readonly number[] | string): Tree => ({
  tag,
  content: typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content),
})

/** An element with elements inside. */
export const branch = (tag: number, ...children: Tree[]): Tree => ({ tag, children, content: none })

/** The element reached by taking the nth child again and again. */
export function childAt(tree: Tree, ...path: number[]): Tree {
  const found = path.reduce<Tree | undefined>((from, index) => from?.children?.[index], tree)
  if (!found) throw new Error('no such element')
  return found
}

/** The tree with another element at the end of `path`. */
export function withChild(tree: Tree, path: readonly number[], other: Tree): Tree {
  const [index, ...rest] = path
  if (index === undefined) return other
  return { ...tree, children: (tree.children ?? []).with(index, withChild(childAt(tree, index), rest, other)) }
}

/** An element, those beside it, and the whole tree with others in its place. */
export type Place = { tree: Tree; siblings: readonly Tree[]; replace: (...others: Tree[]) => Tree }

/** Where `path` leads when every number is taken modulo the children there are; it ends early at a leaf. */
export function placeAt(root: Tree, path: readonly number[]): Place {
  const [number = 0, ...rest] = path
  const siblings = root.children ?? []
  const index = siblings.length > 0 ? number % siblings.length : 0
  const tree = siblings[index]
  if (path.length === 0 || !tree) return { tree: root, siblings: [root], replace: (only = root) => only }
  const put = (...others: Tree[]): Tree => ({ ...root, children: siblings.toSpliced(index, 1, ...others) })
  if (rest.length === 0 || !tree.children?.length) return { tree, siblings, replace: put }
  const below = placeAt(tree, rest)
  return { ...below, replace: (...others) => put(below.replace(...others)) }
}

export const everyElement = (root: Tree): Tree[] => [root, ...(root.children ?? []).flatMap(everyElement)]

const hex = (tree: Tree | undefined) => {
  const text = tree ? Buffer.from(writeTree(tree)).toString('hex') : 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

const isSame = (a: Tree, b: Tree | undefined) => b !== undefined && Buffer.compare(writeTree(a), writeTree(b)) === 0

/** A signature differs after every change and says nothing. */
const isSignature = ({ tag, children, content }: Tree) => tag === 0x03 && !children && content.length > 64

/** Where two trees part, for a person: the path of each smallest element that differs, before and after. */
export function differences(before: Tree, after: Tree, path = ''): string[] {
  const [old, now] = [before.children ?? [], after.children ?? []]
  if (old.length === 0 || old.length !== now.length || before.tag !== after.tag) {
    return isSignature(before) ? [] : [`at ${path || '/'}: ${hex(before)} -> ${hex(after)}`]
  }
  return old.flatMap((child, index) => {
    const other = now[index]
    return other && !isSame(child, other) ? differences(child, other, `${path}/${index}`) : []
  })
}
