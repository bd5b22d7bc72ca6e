/** Which view the television shows: what the viewer wants to see, as far as the operator's screen and the card in the reader allow it. */
import type { Notice, Screen } from './calls.ts'
import type { Colour } from './keys.ts'

/** Only for the holder of the card. */
const own = ['expenses', 'generics', 'checkups'] as const
const wishes = ['menu', 'pin', ...own, 'notices', 'contracts', 'notice', 'signing'] as const
export type Wish = (typeof wishes)[number]
type Own = (typeof own)[number]
export type View = Wish | 'takeover' | 'cancelled' | 'refused' | 'waiting' | 'insert' | 'consent' | 'remark'

export const readWish = (text: string | null): Wish => wishes.find((one) => one === text) ?? 'menu'
const isOwn = (wish: Wish): wish is Own => own.some((one) => one === wish)

/** The colour keys lead here from everywhere. */
export const byColour: Readonly<Record<Colour, Wish>> = {
  blue: 'expenses',
  red: 'generics',
  green: 'checkups',
  yellow: 'notices',
}

/** What is behind the numbers of the menu. */
export const tiles = [
  'pin',
  'expenses',
  'generics',
  'checkups',
  'notices',
  'contracts',
] as const satisfies readonly Wish[]

/** Where the key "back" leads. */
export const backFrom = (wish: Wish): Wish => {
  if (wish === 'signing') return 'notice'
  return wish === 'notice' ? 'notices' : 'menu'
}

const ownView = (screen: Screen, cardIn: boolean, wish: Wish): View => {
  if (screen.state === 'verifying' || screen.state === 'fetching') return 'waiting'
  if (screen.state === 'refused') return 'refused'
  if (screen.state === 'showing') {
    if (screen.health !== undefined) return isOwn(wish) ? wish : 'menu'
    return screen.lacks === 'consent' ? 'consent' : 'remark'
  }
  return cardIn ? 'pin' : 'insert'
}

/** An evacuation covers everything; a viewer's own notices need the card, and what the operator says goes before what is wanted. */
export const viewOf = (screen: Screen, cardIn: boolean, wish: Wish): View => {
  if (screen.takenOverBy !== undefined) return 'takeover'
  if (screen.state === 'cancelled') return 'cancelled'
  return wish === 'pin' || isOwn(wish) ? ownView(screen, cardIn, wish) : wish
}

/** A contract's notices are for its subscriber, the others for the place. */
export const isContractNotice = ({ kind }: Notice) => kind === 'subscriber'

/** So close to the end the time left is shown (assumed). */
const shownMs = 60_000

/** Seconds until the operator clears the screen by itself, once there are few; undefined before. */
export const secondsLeft = (closesAt: number | undefined, now: number | undefined): number | undefined => {
  if (closesAt === undefined || now === undefined || closesAt - now > shownMs) return undefined
  return Math.max(0, Math.ceil((closesAt - now) / 1000))
}

/** A part of a list that fits on the screen; pages count from 0 and stay within the list. */
export const pageOf = <T>(
  list: readonly T[],
  size: number,
  page: number,
): { shown: T[]; page: number; pages: number } => {
  const pages = Math.max(1, Math.ceil(list.length / size))
  const here = Math.min(Math.max(0, page), pages - 1)
  return { shown: list.slice(here * size, (here + 1) * size), page: here, pages }
}
