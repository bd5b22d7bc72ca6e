/** A person who has only a keyboard: goes to something with Tab, and presses it. */
import type { Locator, Page } from 'playwright-core'

/** More stops than any page has. */
const mostStops = 200

/** Tab until it has the focus; fails when Tab never gets there. */
export const tabTo = async (page: Page, wanted: Locator): Promise<void> => {
  await wanted.waitFor()
  for (let stop = 0; stop < mostStops; stop++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Tab does not lead there')
}

export const activate = async (page: Page, wanted: Locator): Promise<void> => {
  await tabTo(page, wanted)
  await page.keyboard.press('Enter')
}
