/** Where the television's highlight is: it moves by the arrows of the remote, and the page's own focus goes with it when it is there. */
import { getNextFocus } from '@bbc/tv-lrud-spatial'
import type { Arrow } from './keys.ts'

const codes: Readonly<Record<Arrow, number>> = { left: 37, up: 38, right: 39, down: 40 }

const mark = 'data-lit'
const everything = 'button:not([aria-disabled="true"]), a[href]'

export type Highlight = { move(arrow: Arrow): void; press(): void; begin(): void; stop(): void }

/** Follows what is drawn inside `root`: whenever what was lit is gone, the first thing, or what asks to be first, is lit; `onLit` hears its words. */
export const createHighlight = (root: HTMLElement, onLit: (words: string) => void): Highlight => {
  const current = () => root.querySelector<HTMLElement>(`[${mark}]`) ?? undefined

  const light = (target: HTMLElement) => {
    for (const one of root.querySelectorAll(`[${mark}]`)) if (one !== target) one.removeAttribute(mark)
    target.setAttribute(mark, '')
    onLit(target.getAttribute('aria-label') ?? target.innerText)
    const active = document.activeElement
    if (active === null || active === document.body || active.id === 'content' || root.contains(active))
      target.focus({ preventScroll: true })
  }

  const begin = () => {
    const first =
      root.querySelector<HTMLElement>('[data-first]:not([aria-disabled="true"])') ??
      root.querySelector<HTMLElement>(everything)
    if (first !== null) light(first)
  }

  const onFocus = (event: FocusEvent) => {
    if (event.target instanceof HTMLElement && event.target.matches(everything)) light(event.target)
  }
  root.addEventListener('focusin', onFocus)
  const observer = new MutationObserver(() => {
    if (current() === undefined) begin()
  })
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ['aria-disabled'] })

  return {
    move: (arrow) => {
      const from = current()
      if (from === undefined) return begin()
      const next = getNextFocus(from, codes[arrow], root)
      if (next !== null && root.contains(next)) light(next)
    },
    press: () => current()?.click(),
    begin,
    stop: () => {
      observer.disconnect()
      root.removeEventListener('focusin', onFocus)
    },
  }
}
