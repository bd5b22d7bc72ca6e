/** Serves the built portal: files with a hash kept for ever, the page for every room, both compressed ahead of time. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { Hono, type Context } from 'hono'
import { isInside } from './src/lib/addresses.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** The portal loads nothing from elsewhere; charts and the sequence diagram set styles on elements. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ')

const aYear = 'public, max-age=31536000, immutable'

const walk = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })

/** A coding the client takes, with the ending of the file that has it; `q=0` means it does not. */
const codings = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const

const takes = (accept: string, coding: string) =>
  accept.split(',').some((one) => {
    const [name = '', ...params] = one.split(';').map((part) => part.trim())
    return name === coding && !params.some((param) => /^q=0(\.0+)?$/.test(param))
  })

/**
 * Routes: the files of `dist`, and `index.html` at the rooms' addresses; whoever wants a page at another address gets the portal's own "not
 * found" with status 404. Everything else is left to whoever is asked next. Files are listed once: only what was built is ever read.
 */
export const createPortal = (dist: string): Hono => {
  const files = new Map(walk(dist).map((path) => [`/${relative(dist, path).replaceAll('\\', '/')}`, path]))
  const portal = new Hono()

  const send = (c: Context, name: string, status: 200 | 404) => {
    const accept = c.req.header('accept-encoding') ?? ''
    const coding = codings.find((one) => files.has(name + one.ending) && takes(accept, one.name))
    const path = files.get(name + (coding?.ending ?? ''))
    if (path === undefined) return c.notFound()
    const isPage = name.endsWith('.html')
    return c.body(new Uint8Array(readFileSync(path)), status, {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'cache-control': name.startsWith('/portal/built/') ? aYear : 'no-cache',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      ...(coding !== undefined && { 'content-encoding': coding.name }),
      ...(isPage && { 'content-security-policy': policy, 'referrer-policy': 'same-origin' }),
    })
  }

  portal.get('/portal/*', (c) => send(c, c.req.path, 200))
  portal.get('*', async (c, next) => {
    if (isInside(c.req.path)) return send(c, '/index.html', 200)
    const wantsPage = (c.req.header('accept') ?? '').includes('text/html')
    return wantsPage ? send(c, '/index.html', 404) : next()
  })
  return portal
}
