/** Whether a certificate names the peer somebody meant to reach (RFC 6125 section 6.4, RFC 5280 section 4.2.1.6); common names never count. */
import { isIPv4, isIPv6 } from 'node:net'
import { primitive } from '../der.ts'
import { ascii, sameBytes } from '../derValue.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { isHostName } from './hostName.ts'

export type PeerName = { readonly kind: 'dns' | 'ip' | 'email'; readonly value: string }

/** A wildcard is the whole leftmost label, stands for exactly one label, and has at least two more after it (RFC 6125 section 6.4.3). */
function matchesHost(pattern: string, host: string): boolean {
  const wanted = host.toLowerCase().replace(/\.$/, '')
  const given = pattern.toLowerCase()
  if (!isHostName(wanted) || isIPv4(wanted)) return false
  if (!given.startsWith('*.')) return isHostName(given) && given === wanted
  const rest = given.slice(2)
  const dot = wanted.indexOf('.')
  return isHostName(rest) && rest.includes('.') && dot > 0 && wanted.slice(dot + 1) === rest
}

/** The bytes of an address in text; undefined for what is none. */
function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.').map(Number))
  if (!isIPv6(text) || text.includes('%')) return undefined
  const { hostname } = new URL(`http://[${text}]`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const groups = (part: string) => part.split(':').filter((group) => group !== '')
  const [left, right] = [groups(head), groups(tail ?? '')]
  const all =
    tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return Uint8Array.from(all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]))
}

/** The local part letter for letter, the host in any case. */
function sameMailbox(a: string, b: string): boolean {
  const split = (text: string) => [
    text.slice(0, text.lastIndexOf('@')),
    text.slice(text.lastIndexOf('@') + 1).toLowerCase(),
  ]
  return split(a).join('@') === split(b).join('@') && a.includes('@')
}

export function namesPeer({ altNames = [] }: Pick<Certificate, 'altNames'>, { kind, value }: PeerName): boolean {
  const address = kind === 'ip' ? addressBytes(value) : undefined
  return altNames.some(({ element }) => {
    if (kind === 'dns') return element.tag === primitive(2) && matchesHost(ascii(element, 'dns name'), value)
    if (kind === 'email') return element.tag === primitive(1) && sameMailbox(ascii(element, 'mailbox'), value)
    return element.tag === primitive(7) && address !== undefined && sameBytes(address, element.content)
  })
}
