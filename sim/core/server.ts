/** Putting an app on a TCP port, with a message a person understands when the port cannot be had. */
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { Explained } from './explained.ts'
import { isIntruder } from './intruder.ts'
import { Problem } from './problem.ts'
import type { Text } from './site.ts'

/** Why no port could be had, and what to do. */
export class CannotListen extends Explained {}

export type Listening = { url: string; port: number; close(): Promise<void> }

/** `variable` names the setting with which a person chooses another port. */
type Wanted = { scheme: 'http' | 'https'; host: string; port: number; variable: string }

const explain = (error: NodeJS.ErrnoException, { host, port, variable }: Wanted): Text => {
  if (error.code === 'ERR_SOCKET_BAD_PORT')
    return {
      ja: `${port} はポート番号ではありません。0 から 65535 で指定してください（例: ${variable}=4000 npm start）`,
      en: `${port} is no port: choose one from 0 to 65535, e.g. ${variable}=4000 npm start`,
    }
  if (error.code === 'EADDRINUSE')
    return {
      ja: `${host} のポート ${port} は使用中です。使っているものを終了するか、別の番号で起動してください（例: ${variable}=${port + 1} npm start）`,
      en: `port ${port} on ${host} is in use: stop what uses it, or choose another with ${variable}=${port + 1} npm start`,
    }
  if (error.code === 'EACCES')
    return {
      ja: `${host} のポート ${port} を使う権限がありません。1024 以上で起動してください（例: ${variable}=4000 npm start）`,
      en: `port ${port} on ${host} needs more rights: choose one above 1023, e.g. ${variable}=4000 npm start`,
    }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return {
      ja: `${host} はこの計算機のアドレスではありません。HOST を確かめてください`,
      en: `${host} is no address of this machine: check HOST`,
    }
  return {
    ja: `${host}:${port} で待ち受けられません: ${error.message}`,
    en: `cannot listen on ${host}:${port}: ${error.message}`,
  }
}

type Listener = ReturnType<typeof getRequestListener>

const refusal = new Problem(
  403,
  'not-from-here',
  'asked by a page of another site, or under a name that is not this machine’s',
)

const refuse = (outgoing: ServerResponse) => {
  outgoing.writeHead(refusal.status, { 'content-type': 'application/problem+json', connection: 'close' })
  outgoing.end(JSON.stringify(refusal.body()))
}

/**
 * `/<segment>/rest` goes to the app under that segment as `/rest`, before a Request is made of it: Hono's own mount makes a second Request
 * for each call, which costs more than most answers. Everything else goes to `app`.
 */
const dispatch = (app: Hono, under: ReadonlyMap<string, Hono>, host: string): RequestListener => {
  const main = getRequestListener(app.fetch)
  const listeners = new WeakMap<Hono, Listener>()
  const listenerOf = (mounted: Hono): Listener => {
    const known = listeners.get(mounted)
    if (known !== undefined) return known
    const made = getRequestListener(mounted.fetch)
    listeners.set(mounted, made)
    return made
  }
  return (incoming, outgoing) => {
    if (isIntruder(incoming, host)) return refuse(outgoing)
    const [, segment = '', rest = ''] = /^\/([^/?]+)([/?].*)?$/.exec(incoming.url ?? '') ?? []
    const mounted = under.get(segment)
    if (mounted === undefined) return void main(incoming, outgoing)
    incoming.url = rest.startsWith('/') ? rest : `/${rest}`
    void listenerOf(mounted)(incoming, outgoing)
  }
}

export type ListenOptions = {
  host: string
  port: number
  /** Apps by the first segment of their paths; more may be added later. */
  under?: ReadonlyMap<string, Hono>
}

/** Take the port with a server made just then, and serve until closed; port 0 takes any free one. */
export const takePort = (make: () => Server, wanted: Wanted): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const { scheme, host, port } = wanted
    const cannot = (error: NodeJS.ErrnoException) => reject(new CannotListen(explain(error, wanted), { cause: error }))
    const start = () => {
      const server = make()
      const sockets = new Set<Socket>()
      server.on('connection', (socket) => {
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
      })
      server.once('error', cannot)
      server.listen(port, host, () => {
        const address = server.address()
        const taken = typeof address === 'object' && address !== null ? address.port : port
        const shown = host.includes(':') ? `[${host}]` : host
        resolve({
          url: `${scheme}://${shown}:${taken}`,
          port: taken,
          close: () =>
            new Promise((closed) => {
              server.close(() => closed())
              for (const socket of sockets) socket.destroy()
            }),
        })
      })
    }
    try {
      start()
    } catch (error) {
      // Node refuses a port that is none before it even tries.
      if (error instanceof RangeError) cannot(error)
      else throw error
    }
  })

/** Serve until closed; port 0 takes any free one. */
export const listen = (app: Hono, { host, port, under = new Map() }: ListenOptions): Promise<Listening> =>
  takePort(() => createServer(dispatch(app, under, host.includes(':') ? `[${host}]` : host)), {
    scheme: 'http',
    host,
    port,
    variable: 'PORT',
  })
