/** Somebody in front of a television: cards by the living room, everything else by the keys of the remote. */
import type { Page } from 'playwright-core'

/** So many keys lead anywhere on a television; more would mean that the highlight is caught. */
const mostKeys = 40

/** Takes every card out of its reader, also after a test that failed. */
export const takeEveryCardOut = async (url: string) => {
  const { readers }: { readers: { readerId: string }[] } = await (await fetch(`${url}/people/readers`)).json()
  for (const { readerId } of readers) await fetch(`${url}/people/readers/${readerId}/card`, { method: 'DELETE' })
}

export const sitDown = (url: string, page: Page) => {
  const at = async (operator: string, household: string) => {
    await page.goto(`${url}/tv/${operator}?stb=STB-${household}`)
    await page.locator('.tv [data-lit]').waitFor()
    await page.locator('.person').first().waitFor()
  }
  const putIn = (name: string) => page.getByRole('button', { name: `カードを入れる: ${name}`, exact: true }).click()
  const takeOut = () => page.getByRole('button', { name: 'カードを抜く' }).click()
  const view = (heading: string) => page.locator('.tv h1', { hasText: heading }).waitFor()
  const shown = () => page.locator('.tv').innerText()
  const lit = () => page.locator('.tv [data-lit]').innerText()

  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }

  /** Moves the highlight by arrows until it is on these words, along the shortest way on the screen, and presses OK. */
  const reach = async (words: string, { ok = true } = {}) => {
    const wanted = page.locator('.tv button').filter({ hasText: words }).first()
    await wanted.waitFor()
    for (let keys = 0; keys < mostKeys; keys++) {
      if ((await wanted.getAttribute('data-lit')) !== null) {
        if (ok) await press('Enter')
        return
      }
      const [to, from] = await Promise.all([wanted.boundingBox(), page.locator('.tv [data-lit]').boundingBox()])
      if (to === null || from === null) throw new Error(`${words} cannot be seen`)
      const down = to.y + to.height / 2 - from.y - from.height / 2
      const right = to.x + to.width / 2 - from.x - from.width / 2
      const sideways = to.y < from.y + from.height && from.y < to.y + to.height
      await press(sideways ? (right > 0 ? 'ArrowRight' : 'ArrowLeft') : down > 0 ? 'ArrowDown' : 'ArrowUp')
    }
    throw new Error(`the arrows do not lead to ${words}; lit is ${await lit()}`)
  }

  const enterPin = async (pin: string) => {
    await view('暗証番号を入れてください')
    await press(...pin, 'Enter')
  }
  /** Agrees on the first visit, which asks for the PIN again. */
  const logIn = async (name: string, pin: string) => {
    await putIn(name)
    await enterPin(pin)
    const agree = page.getByRole('button', { name: '同意する' })
    await agree.or(page.locator('.viewer', { hasText: name })).waitFor()
    if (await agree.isVisible()) {
      await reach('同意する')
      await enterPin(pin)
    }
    await page.locator('.viewer', { hasText: name }).waitFor()
  }

  const post = async (path: string, body: object = {}) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(await response.text())
  }

  return { at, putIn, takeOut, view, shown, lit, press, reach, enterPin, logIn, post }
}

export type Viewer = ReturnType<typeof sitDown>
