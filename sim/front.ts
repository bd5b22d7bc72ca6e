/** One port for all parties of a process: their routes under their ids, the API pages, health, and the management app apart. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono, type Context } from 'hono'
import absolutePath from 'swagger-ui-dist/absolute-path.js'
import { createManagement, type FurtherControls } from './core/manage.ts'
import { specify } from './core/openapi.ts'
import { Problem } from './core/problem.ts'
import { purposes } from './messages/purposes.ts'
import { createPkiControls } from './pkiControls.ts'
import type { CardLoginDoor } from './cardLogin.ts'
import type { Local } from './world.ts'

const assets: Record<string, string> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
}

const apiPage = (title: string, specificationUrl: string) => `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/assets/favicon-32x32.png">
<link rel="stylesheet" href="/assets/swagger-ui.css">
</head>
<body>
<p style="font: 16px system-ui, sans-serif; margin: 1rem 1.5rem"><a href="/">← はじめのページ / start page</a></p>
<div id="page"></div>
<script src="/assets/swagger-ui-bundle.js"></script>
<script>
SwaggerUIBundle({ url: '${specificationUrl}', dom_id: '#page', deepLinking: true, tryItOutEnabled: true, validatorUrl: null })
</script>
</body>
</html>`

/** How a tester gets past the lock on a route that only other parties may call. */
const tokenHelp = (id: string) =>
  [
    `機関どうしの経路（鍵の印）にはトークンが要ります。この計算機から \`POST /manage/tokens\` に \`{"as":"機関のID","audience":"${id}"}\` を送ると受け取れます。右上の Authorize に貼ってください。`,
    `Routes with a lock need a token of a party: from this machine, POST \`{"as":"<party id>","audience":"${id}"}\` to \`/manage/tokens\` and paste the token under Authorize.`,
  ].join('\n\n')

const remoteAddressOf = (c: Context) => {
  try {
    return getConnInfo(c).remote.address
  } catch {
    return undefined
  }
}

/** What else is served: further pages, where people log in with their cards, and further test controls under `/manage`. */
export type FrontOptions = {
  pages?: Hono
  door?: CardLoginDoor | undefined
  controls?: readonly FurtherControls[]
}

const authorityPath = '/tls/ca.pem'

/** Routes: `/<party>/…`, `/api/<party>`, `/api/<party>/openapi.json`, `/health`, `/manage/…`, `/tls/ca.pem`. */
export const createFront = (
  { sites, apps, faults, clock }: Local,
  { pages = new Hono(), door, controls = [] }: FrontOptions = {},
): Hono => {
  const front = new Hono()
  front.onError((error) => {
    if (error instanceof Problem) return error.response()
    console.error(error)
    return new Problem(500, 'bug', 'the server failed; its log says why').response()
  })
  front.notFound((c) => new Problem(404, 'no-such-page', `nothing is served at ${c.req.path}`).response())

  front.get('/health', (c) =>
    c.json({
      now: clock.now(),
      ...(door && {
        cardLogin: {
          url: door.url,
          authority: authorityPath,
          providers: door.providers.map(({ id, url }) => ({ id, url })),
        },
      }),
      parties: [...sites.values()].map(({ id, role, name }) => ({
        id,
        role,
        name,
        health: `/${id}/health`,
        api: `/api/${id}`,
      })),
    }),
  )
  if (door !== undefined)
    front.get(authorityPath, (c) => c.body(door.authority, 200, { 'content-type': 'application/x-pem-file' }))
  front.get('/assets/:file', async (c) => {
    const file = c.req.param('file')
    const type = Object.hasOwn(assets, file) ? assets[file] : undefined
    if (type === undefined) throw new Problem(404, 'no-such-page', 'no such asset')
    return c.body(await readFile(join(absolutePath(), file)), 200, {
      'content-type': type,
      'cache-control': 'max-age=86400',
    })
  })
  front.get('/api/:party', (c) => {
    const site = sites.get(c.req.param('party'))
    if (site === undefined) throw new Problem(404, 'no-such-party', 'there is no such party here')
    return c.html(apiPage(`${site.name.ja} · ${site.name.en}`, `/api/${site.id}/openapi.json`))
  })
  front.get('/api/:party/openapi.json', async (c) => {
    const site = sites.get(c.req.param('party'))
    const app = apps.get(c.req.param('party'))
    if (site === undefined || app === undefined) throw new Problem(404, 'no-such-party', 'there is no such party here')
    return c.json(
      await specify(app, {
        title: `${site.name.ja} / ${site.name.en}`,
        description: tokenHelp(site.id),
        basePath: `/${site.id}`,
        name: (purpose) => purposes[purpose]?.ja,
      }),
    )
  })

  const pkiControls = createPkiControls()
  front.all('/manage/*', (c) => {
    const management = createManagement(
      { clock, faults, identities: () => [...sites.values()].map((site) => site.identity), report: console.error },
      () => remoteAddressOf(c),
      [{ path: '/pki', app: pkiControls }, ...controls],
    )
    const url = new URL(c.req.url)
    return management.fetch(new Request(new URL(url.pathname.replace(/^\/manage/, '') + url.search, url), c.req.raw))
  })
  for (const [id, app] of apps) front.mount(`/${id}`, (request) => app.fetch(request))
  front.route('/', pages)
  return front
}
