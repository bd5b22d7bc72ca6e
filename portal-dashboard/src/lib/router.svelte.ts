/** Where the reader is: history, links followed without loading the page anew, and scroll and focus as they were on the way back. */
import { tick } from 'svelte'
import { isInside, placeAt, type Place } from './addresses.ts'

type Kept = { entry: string; link?: string }

const isKept = (value: unknown): value is Kept => typeof value === 'object' && value !== null && 'entry' in value

let path = $state(location.pathname)
let search = $state(location.search)
let visit = $state(0)

/** What stands in the address now. `visit` changes with every change of room, not with changes of the query. */
export const here = {
  get place(): Place | undefined {
    return placeAt(path)
  },
  get path() {
    return path
  },
  get query() {
    return new URLSearchParams(search)
  },
  get visit() {
    return visit
  },
}

const newEntry = () => crypto.randomUUID()

const entryOf = (state: unknown) => (isKept(state) ? state.entry : '')

const scrollKey = (entry: string) => `scroll:${entry}`

const remember = () => sessionStorage.setItem(scrollKey(entryOf(history.state)), String(window.scrollY))

const read = () => {
  if (path !== location.pathname) visit += 1
  path = location.pathname
  search = location.search
}

/** How long a room that is still loading may take to grow before the old scroll position is given up. */
const growMs = 2000

/** Scroll to where this entry was; a room that loads first has to grow that far. */
const restoreScroll = (entry: string) => {
  const wanted = Number(sessionStorage.getItem(scrollKey(entry)) ?? 0)
  const began = performance.now()
  const attempt = () => {
    window.scrollTo(0, wanted)
    const reached = Math.abs(window.scrollY - wanted) < 2
    if (!reached && performance.now() - began < growMs && entryOf(history.state) === entry)
      requestAnimationFrame(attempt)
  }
  attempt()
}

const focusHeading = () => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })

/** Go to an address of the portal. */
export const goTo = async (address: string, { replace = false }: { replace?: boolean } = {}) => {
  const next = new URL(address, location.href)
  if (replace) history.replaceState({ entry: entryOf(history.state) || newEntry() }, '', next)
  else {
    remember()
    history.pushState({ entry: newEntry() }, '', next)
  }
  const before = visit
  read()
  if (visit === before) return
  await tick()
  window.scrollTo(0, 0)
  focusHeading()
}

/** Change the query of this room without a step in the history: a filter, a chosen tab. */
export const setQuery = (changes: Readonly<Record<string, string | undefined>>) => {
  const next = new URL(location.href)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.searchParams.delete(name)
    else next.searchParams.set(name, value)
  }
  history.replaceState(history.state, '', next)
  search = next.search
}

const isPlainClick = (event: MouseEvent) =>
  event.button === 0 && !event.defaultPrevented && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

const follow = (event: MouseEvent) => {
  const target = event.target instanceof Element ? event.target.closest('a') : null
  if (target === null || !isPlainClick(event) || target.target !== '' || target.hasAttribute('download')) return
  const next = new URL(target.href, location.href)
  if (
    next.origin !== location.origin ||
    !isInside(next.pathname) ||
    (next.hash !== '' && next.pathname === location.pathname)
  )
    return
  event.preventDefault()
  history.replaceState({ entry: entryOf(history.state) || newEntry(), link: target.getAttribute('href') }, '')
  void goTo(next.href)
}

const comeBack = async (event: PopStateEvent) => {
  read()
  await tick()
  const { state } = event
  restoreScroll(entryOf(state))
  const link = isKept(state) && state.link !== undefined ? state.link : undefined
  const known = [...document.querySelectorAll<HTMLElement>('main a[href]')].find(
    (one) => one.getAttribute('href') === link,
  )
  if (known === undefined) focusHeading()
  else known.focus({ preventScroll: true })
}

/** Called once. */
export const beginRouter = () => {
  history.scrollRestoration = 'manual'
  if (!isKept(history.state)) history.replaceState({ entry: newEntry() }, '')
  else restoreScroll(history.state.entry)
  addEventListener('popstate', (event) => void comeBack(event))
  addEventListener('pagehide', remember)
  document.addEventListener('click', follow)
}
