/** Chromium in a window on a virtual screen, used with the keyboard; what its page says is read over its DevTools port. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { run, start, until } from './programs.ts'
import type { Testbed } from './testbed.ts'
import { nssDatabase } from './tls.ts'

const devToolsPort = 9222

/** The title of the dialog in which Chromium asks for a PIN. */
const pinDialog = 'Unlock Security Device'

/** Makes the card known to Chromium, and spares the person the choice among one certificate. */
export const prepareChromium = async (testbed: Testbed) => {
  await nssDatabase(testbed, join(homedir(), '.pki', 'nssdb'))
  // its place is fixed; in the private mount namespace it is put over whatever this machine has there
  const { status, output } = await run('mount', ['-t', 'tmpfs', 'tmpfs', '/etc/chromium'])
  if (status !== 0) throw new Error(output)
  const policies = join('/etc', 'chromium', 'policies', 'managed')
  mkdirSync(policies, { recursive: true })
  const chosen = JSON.stringify({ pattern: pageUrl(testbed), filter: {} })
  writeFileSync(join(policies, 'card.json'), JSON.stringify({ AutoSelectCertificateForUrls: [chosen] }))
}

/** A name, since the policy's patterns are made for names. */
const pageUrl = ({ tlsUrl }: Testbed) => tlsUrl.replace('127.0.0.1', 'localhost')

const pages = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string() }))
const evaluated = z.object({ result: z.object({ result: z.object({ value: z.string() }) }) })

/** The text of the page as a person sees it; undefined as long as there is none. */
const pageText = async (): Promise<string | undefined> => {
  const listed = await fetch(`http://127.0.0.1:${devToolsPort}/json/list`).catch(() => undefined)
  if (listed === undefined) return undefined
  const page = pages.parse(await listed.json()).find(({ type }) => type === 'page')
  if (page === undefined) return undefined
  const socket = new WebSocket(page.webSocketDebuggerUrl)
  try {
    return await new Promise<string | undefined>((resolve) => {
      // while a dialog waits for the person the page may not answer at all
      setTimeout(() => resolve(undefined), 2_000).unref()
      socket.addEventListener('open', () => {
        const params = { expression: 'document.body?.innerText ?? ""' }
        socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }))
      })
      socket.addEventListener('error', () => resolve(undefined))
      socket.addEventListener('message', ({ data }) => {
        const answer = evaluated.safeParse(JSON.parse(String(data)))
        resolve(answer.success ? answer.data.result.result.value : undefined)
      })
    })
  } finally {
    socket.close()
  }
}

/** Opens a page in a new Chromium with nothing remembered; `close` ends it and its screen. */
export const openChromium = async (testbed: Testbed, path: string) => {
  const screen = start('Xvfb', [
    '-displayfd',
    '1',
    '-nolisten',
    'tcp',
    '-nolisten',
    'unix',
    '-screen',
    '0',
    '1280x900x24',
  ])
  const display = await until('a screen', () => /^(\d+)$/m.exec(screen.output())?.[1])
  const env = { DISPLAY: `:${display}`, LANG: 'C.UTF-8', LANGUAGE: 'en' }
  await until('the screen to answer', async () => (await run('xdotool', ['getdisplaygeometry'], { env })).status === 0)
  const chromium = start(
    'chromium',
    [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--password-store=basic', '--lang=en'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      `--user-data-dir=${mkdtempSync(join(tmpdir(), 'chromium-'))}`,
      ...[`--remote-debugging-port=${devToolsPort}`, '--window-size=1200,850', pageUrl(testbed) + path],
    ],
    env,
  )
  const look = (name: string) =>
    run('import', ['-window', 'root', join(process.env['CARD_RESULTS'] ?? tmpdir(), `${name}.png`)], { env })
  const xdotool = (...args: string[]) => run('xdotool', args, { env })

  return {
    /** Waits for the dialog, photographs it, and types. */
    enterPin: async (pin: string) => {
      const window = await until(
        'the dialog that asks for the PIN',
        async () => {
          if (chromium.isOver()) throw new Error(`chromium ended: ${chromium.output()}`)
          const { stdout } = await xdotool('search', '--onlyvisible', '--name', pinDialog)
          return String(stdout).trim().split('\n')[0] || undefined
        },
        30_000,
      )
      await look('chromium-pin')
      await xdotool('windowfocus', '--sync', window)
      await xdotool('type', pin)
      await xdotool('key', 'Return')
    },
    /** The page's text once it contains this. */
    textWith: async (wanted: string, picture: string) => {
      try {
        return await until(
          `a page that says ${wanted}`,
          async () => {
            const text = await pageText()
            return text?.includes(wanted) ? text : undefined
          },
          20_000,
        )
      } finally {
        await look(picture)
      }
    },
    close: async () => {
      await chromium.end()
      await screen.end()
    },
  }
}
