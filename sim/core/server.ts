/** Putting an app on a TCP port, with a message a person understands when the port cannot be had. */
import { serve, type ServerType } from '@hono/node-server'
import type { Hono } from 'hono'

export class CannotListen extends Error {}

export type Listening = { url: string; port: number; close(): Promise<void> }

const explain = (error: NodeJS.ErrnoException, host: string, port: number) => {
  if (error.code === 'ERR_SOCKET_BAD_PORT')
    return `${port} is no port: choose one from 0 to 65535, e.g. PORT=4000 npm start`
  if (error.code === 'EADDRINUSE')
    return `port ${port} on ${host} is in use: stop what uses it, or choose another with PORT=${port + 1} npm start`
  if (error.code === 'EACCES')
    return `port ${port} on ${host} needs more rights: choose one above 1023, e.g. PORT=4000 npm start`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `${host} is no address of this machine: check HOST`
  return `cannot listen on ${host}:${port}: ${error.message}`
}

/** Serve until closed; port 0 takes any free one. */
export const listen = (app: Hono, { host, port }: { host: string; port: number }): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const cannot = (error: NodeJS.ErrnoException) =>
      reject(new CannotListen(explain(error, host, port), { cause: error }))
    const start = () => {
      const server: ServerType = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
        const shown = host.includes(':') ? `[${host}]` : host
        resolve({
          url: `http://${shown}:${address.port}`,
          port: address.port,
          close: () =>
            new Promise((closed) => {
              if ('closeAllConnections' in server) server.closeAllConnections()
              server.close(() => closed())
            }),
        })
      })
      server.once('error', cannot)
    }
    try {
      start()
    } catch (error) {
      // Node refuses a port that is none before it even tries.
      if (error instanceof RangeError) cannot(error)
      else throw error
    }
  })
