/** Requests that a page of some other site makes a browser send: nobody who sits at this machine meant them. */
import type { IncomingMessage } from 'node:http'

/** A name that only this machine can mean; a page that had its own name point here (DNS rebinding) sends that name instead. */
const localName = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i

export const isLocalName = (host: string) => localName.test(host)

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether to refuse a request: one that changes something and comes from another site (Fetch Metadata, `Sec-Fetch-Site`; programs do not
 * send it), or, where only this machine is served, one that calls this machine by a foreign name.
 */
export const isIntruder = ({ headers, method = 'GET' }: IncomingMessage, host: string): boolean => {
  if (headers['sec-fetch-site'] === 'cross-site' && !reads.has(method)) return true
  return isLocalName(host) && headers.host !== undefined && !isLocalName(headers.host)
}
