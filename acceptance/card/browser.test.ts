/** A person logs in to a provider with the card in Chromium; pictures are kept in data/acceptance-card. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import { openChromium, prepareChromium } from './browser.ts'
import { endAll } from './programs.ts'
import { insert, type Inserted } from './reader.ts'
import { textOf } from './testbed.ts'
import { logInWithCurl } from './tls.ts'

const testbed = inject('testbed')
const person = 'daisuke'
const pin = personOf(person).card?.authenticationPin ?? ''
let card: Inserted | undefined

beforeAll(async () => {
  await prepareChromium(testbed)
  card = await insert(testbed, person)
})
afterAll(endAll)

test('Chromium asks for the PIN, and the page says under which pseudonym its user is logged in', async () => {
  const browser = await openChromium(testbed, '/catv-hikari/card-login?lang=en')
  try {
    await browser.enterPin(pin)
    const text = await browser.textWith('You are logged in with your card', 'chromium-logged-in')
    const { body } = await logInWithCurl(testbed, { pin })
    expect(text).toContain(textOf(body, 'accountId'))
  } finally {
    await browser.close()
  }
}, 90_000)

test('without the card in the reader the page says that nobody is logged in', async () => {
  await card?.eject()
  const browser = await openChromium(testbed, '/catv-hikari/card-login?lang=en')
  try {
    expect(await browser.textWith('You are not logged in', 'chromium-without-card')).not.toContain('account-')
  } finally {
    await browser.close()
  }
}, 90_000)
