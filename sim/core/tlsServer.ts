/**
 * Putting an app on a TCP port behind TLS, where each peer may prove that it holds its key. Whether what the peer shows is any good is not
 * decided here: the app finds it on the connection (the request's `env.incoming.socket`) and answers a refusal in words.
 */
import { constants } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { MINUTE, SECOND } from './clock.ts'
import { type Listening, takePort } from './server.ts'

/** PEM texts: the server's own, and whose names peers are told to choose theirs by. */
export type TlsMaterial = { key: string; cert: string; ca: readonly string[] }

export type TlsOptions = {
  host: string
  port: number
  /** The setting with which a person chooses another port. */
  variable: string
  /** Asked before each handshake: the same object as long as nothing changed. */
  material: () => TlsMaterial
}

/**
 * TLS 1.2 alone, and of the signatures those that a smart card makes: PKCS #1 v1.5, not PSS, which TLS 1.3 demands (RFC 8446 section 4.2.3) and
 * drivers of such cards do not offer (OpenSC); ECDSA with SHA-384 for the keys announced for the next card.
 */
const protocol = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  sigalgs: 'RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA384',
  // Forward secrecy and authenticated encryption (RFC 9325 section 4.2).
  ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305',
  honorCipherOrder: true,
  // Nothing lets a connection go on from an earlier one, which another card, or none, may have opened; nor change hands under way.
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  requestCert: true,
  rejectUnauthorized: false,
} as const

/** A person may have to enter a PIN within the handshake; all of these are assumed. */
const limits = {
  handshakeTimeout: 2 * MINUTE,
  headersTimeout: 10 * SECOND,
  requestTimeout: 20 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
  maxHeaderSize: 16 * 1024,
}
/** Connections at once (assumed): a page for people. */
const mostConnections = 500

/** Serve until closed; port 0 takes any free one. Every connection carries one request: the next one is proved anew. */
export const listenTls = (app: Hono, { host, port, variable, material }: TlsOptions): Promise<Listening> => {
  const make = (): Server => {
    let used = material()
    const secretsOf = ({ key, cert, ca }: TlsMaterial) => ({ ...protocol, key, cert, ca: [...ca] })
    const handle = getRequestListener(app.fetch)
    const server = createServer({ ...secretsOf(used), ...limits }, (incoming, outgoing) => {
      outgoing.shouldKeepAlive = false
      return handle(incoming, outgoing)
    })
    server.maxConnections = mostConnections
    // A second request that was sent ahead of the first one's answer gets none.
    server.maxRequestsPerSocket = 1
    server.prependListener('connection', () => {
      const current = material()
      if (current === used) return
      used = current
      server.setSecureContext(secretsOf(current))
    })
    return server
  }
  return takePort(make, { scheme: 'https', host, port, variable })
}
