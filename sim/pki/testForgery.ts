/** Structures no honest party writes, for tests: parsed with asn1js, changed, and signed again. */
import { BaseBlock, BitString, Constructed, fromBER } from 'asn1js'
import * as asn1 from './asn1.ts'
import type { Signer } from './key.ts'

export const tree = (der: Uint8Array): BaseBlock => fromBER(new Uint8Array(der)).result

/** The children of a node, to be changed in place. */
export function children(node: BaseBlock | undefined): BaseBlock[] {
  if (!(node instanceof Constructed)) throw new Error('node has no children')
  return node.valueBlock.value.filter((child) => child instanceof BaseBlock)
}

/** The node reached by taking the nth child again and again. */
export const at = (node: BaseBlock, ...path: number[]): BaseBlock => {
  const found = path.reduce<BaseBlock | undefined>((from, index) => children(from)[index], node)
  if (!found) throw new Error('no such node')
  return found
}

/** Puts a node in the place of another. */
export function replace(parent: BaseBlock, index: number, ...nodes: BaseBlock[]): void {
  if (!(parent instanceof Constructed)) throw new Error('node has no children')
  parent.valueBlock.value.splice(index, 1, ...nodes)
}

export function append(parent: BaseBlock, ...nodes: BaseBlock[]): void {
  if (!(parent instanceof Constructed)) throw new Error('node has no children')
  parent.valueBlock.value.push(...nodes)
}

/** asn1js keeps the long form of a length it has read, even when fewer bytes are left; DER does not. */
function useShortLengths(node: BaseBlock): void {
  node.lenBlock.longFormUsed = false
  if (node instanceof Constructed) children(node).forEach(useShortLengths)
}

export function derOf(node: BaseBlock): Uint8Array {
  useShortLengths(node)
  return new Uint8Array(node.toBER())
}

/** Changes the first part of a certificate, CRL or basic OCSP response, and signs it again. */
export async function resign(der: Uint8Array, signer: Signer, change: (tbs: BaseBlock) => void): Promise<Uint8Array> {
  const whole = tree(der)
  change(at(whole, 0))
  const tbs = derOf(at(whole, 0))
  replace(whole, 0, asn1.raw(tbs))
  replace(whole, 2, new BitString({ valueHex: new Uint8Array(await signer.sign(tbs)) }))
  return derOf(whole)
}

/** The extensions of a certificate's first part, as a list to be changed. */
export function extensionsOf(tbs: BaseBlock): BaseBlock {
  const all = children(tbs)
  const last = all[all.length - 1]
  if (!last) throw new Error('no extensions')
  return at(last, 0)
}

/** An extension nobody knows. */
export const strangeExtension = (critical: boolean) =>
  asn1.sequence(asn1.oid('1.2.3.4.5'), ...(critical ? [asn1.isTrue()] : []), asn1.octetString(asn1.encode(asn1.none())))
