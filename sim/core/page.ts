/** The frame of every plain page a person sees: one look, and both languages by `?lang=` or what the browser asks for. */
import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Text } from './site.ts'

const style = `
:root { color-scheme: light dark; --line: #949494; --accent: #0017c1; --good: #197a4b; --bad: #ec0000 }
@media (prefers-color-scheme: dark) { :root { --line: #767676; --accent: #9db7f9; --good: #71c598; --bad: #ff9696 } }
body { font: 16px/1.7 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic UI', system-ui, sans-serif; max-width: 68rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.75rem; line-height: 1.4 } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 2px solid var(--accent) }
a { color: var(--accent) } nav { display: flex; gap: 1.5rem } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top } .good { color: var(--good) } .bad { color: var(--bad) }
code { font-size: .9em } .num { text-align: right; white-space: nowrap } small { opacity: .8 } .wide { overflow-x: auto }`

export type Words = (text: Text) => string
export type PageBody = ReturnType<typeof html>
export type Page = {
  title: Text
  /** Above the page, before the other language. */
  links?: readonly { path: string; text: Text }[]
  status?: ContentfulStatusCode
  body(t: Words): PageBody | Promise<PageBody>
}

const languageOf = (c: Context): keyof Text => {
  const asked = c.req.query('lang')
  if (asked === 'ja' || asked === 'en') return asked
  return /^en/i.test(c.req.header('accept-language') ?? '') ? 'en' : 'ja'
}

export const showPage = (c: Context, { title, links = [], status = 200, body }: Page) => {
  const language = languageOf(c)
  const t: Words = (text) => text[language]
  const other = language === 'ja' ? 'en' : 'ja'
  return c.html(
    html`<!doctype html>
      <html lang="${language}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${t(title)} · ${t({ ja: '共通ID実証テストベッド', en: 'Common ID Testbed' })}</title>
          <link rel="icon" href="data:," />
          <style>
            ${raw(style)}
          </style>
        </head>
        <body>
          <nav>
            ${links.map(({ path, text }) => html`<a href="${path}?lang=${language}">${t(text)}</a>`)}
            <a href="?lang=${other}" lang="${other}">${other === 'en' ? 'English' : '日本語'}</a>
          </nav>
          <main>
            <h1>${t(title)}</h1>
            ${body(t)}
          </main>
        </body>
      </html>`,
    status,
  )
}
