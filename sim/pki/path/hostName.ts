/** Host names, mailboxes and the hosts of URIs, as far as certificates name them (RFC 5280 sections 4.2.1.6 and 4.2.1.10). */

/** A name in the preferred syntax of RFC 1034 section 3.5 as RFC 1123 section 2.1 widens it: labels of letters, digits and hyphens. */
export const isHostName = (text: string) =>
  text.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text)

/** Whether `host` is `base` or below it; an empty base takes every host. */
export const isUnder = (host: string, base: string) => base === '' || host === base || host.endsWith(`.${base}`)

/** `local@host`; quoted local parts are left out on purpose. */
export function isMailbox(text: string): boolean {
  const at = text.lastIndexOf('@')
  return at > 0 && /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]+$/.test(text.slice(0, at)) && isHostName(text.slice(at + 1))
}

/** The host of a URI, lower case; undefined where there is none or only an address (4.2.1.10). */
export function uriHost(text: string): string | undefined {
  const [, authority] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(text) ?? []
  const host = authority?.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase()
  return host && isHostName(host) && !/^[\d.]+$/.test(host) ? host : undefined
}
