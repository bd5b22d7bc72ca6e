import { expect, test } from 'vitest'
import { primitive } from '../der.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { isHostName, isMailbox, uriHost } from './hostName.ts'
import { namesPeer, type PeerName } from './peerName.ts'

const name = (number: number, content: Uint8Array) => ({
  text: '',
  hex: '',
  element: { tag: primitive(number), bytes: content, content },
})
const text = (value: string) => new Uint8Array(Buffer.from(value, 'latin1'))
const names = (altNames: Certificate['altNames'], kind: PeerName['kind'], value: string) =>
  namesPeer({ altNames }, { kind, value })
const hosts = (...given: string[]) => given.map((host) => name(2, text(host)))

test('a host is named in any case, and only as a whole', () => {
  expect(names(hosts('Example.com'), 'dns', 'example.COM')).toBe(true)
  expect(names(hosts('example.com'), 'dns', 'example.com.')).toBe(true)
  expect(names(hosts('example.com'), 'dns', 'www.example.com')).toBe(false)
  expect(names(undefined, 'dns', 'example.com')).toBe(false)
})

test('a wildcard is the leftmost label, whole, and stands for one label', () => {
  expect(names(hosts('*.example.com'), 'dns', 'www.example.com')).toBe(true)
  expect(names(hosts('*.example.com'), 'dns', 'a.www.example.com')).toBe(false)
  expect(names(hosts('*.example.com'), 'dns', 'example.com')).toBe(false)
  expect(names(hosts('*.com', '*', 'w*.example.com', 'www.*.com'), 'dns', 'www.example.com')).toBe(false)
})

test('an address is compared as bytes, never as a host', () => {
  const addresses = [name(7, Uint8Array.of(192, 0, 2, 1)), name(7, Uint8Array.from([...Array<number>(15).fill(0), 1]))]
  expect(names(addresses, 'ip', '192.0.2.1')).toBe(true)
  expect(names(addresses, 'ip', '0:0:0:0:0:0:0:1')).toBe(true)
  expect(names(addresses, 'ip', '::1')).toBe(true)
  expect(names(addresses, 'ip', '192.0.2.2')).toBe(false)
  expect(names(hosts('192.0.2.1'), 'ip', '192.0.2.1')).toBe(false)
  expect(names(hosts('192.0.2.1'), 'dns', '192.0.2.1')).toBe(false)
})

test('a mailbox is compared with the case of its local part and without that of its host', () => {
  expect(names([name(1, text('User@Example.com'))], 'email', 'User@example.com')).toBe(true)
  expect(names([name(1, text('User@example.com'))], 'email', 'user@example.com')).toBe(false)
})

test('hosts, mailboxes and uris have their syntax', () => {
  expect(['a.example', 'a-b.example', 'xn--abc.example'].every(isHostName)).toBe(true)
  expect(['', '.a', 'a..b', '-a.example', 'a_b.example', 'a.example.', '*.a'].some(isHostName)).toBe(false)
  expect([isMailbox('a@b.example'), isMailbox('@b.example'), isMailbox('a@'), isMailbox('a b@c.example')]).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect(uriHost('https://u:p@Host.example:8443/path?q')).toBe('host.example')
  expect([uriHost('https://192.0.2.1/'), uriHost('urn:a:b'), uriHost('host.example')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
