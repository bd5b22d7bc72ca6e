/** Every address of the portal: which room it leads to, and how an address is written. No browser needed: the server asks it too. */

const rooms = {
  home: '/',
  runs: '/runs',
  compare: '/runs/compare',
  run: '/runs/:run',
  flow: '/flow/:run',
  stage: '/stage/:run',
  time: '/time',
  tvs: '/tv',
  tv: '/tv/:operator',
  clinics: '/clinic',
  clinic: '/clinic/:clinic',
  counters: '/counter',
  counter: '/counter/:municipality',
  desks: '/desk',
  desk: '/desk/:provider',
  performance: '/performance',
  cost: '/cost',
  management: '/management',
  parts: '/parts',
} as const

export type RoomId = keyof typeof rooms

/** A room, and the parameters of its address. */
export type Place = { room: RoomId; params: Readonly<Record<string, string>> }

const ids: RoomId[] = [
  'home',
  'runs',
  'compare',
  'run',
  'flow',
  'stage',
  'time',
  'tvs',
  'tv',
  'clinics',
  'clinic',
  'counters',
  'counter',
  'desks',
  'desk',
  'performance',
  'cost',
  'management',
  'parts',
]

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '')

const decoded = (segment: string) => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const match = (pattern: string, path: string): Record<string, string> | undefined => {
  const wanted = segmentsOf(pattern)
  const given = segmentsOf(path)
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const actual = given[index] ?? ''
    if (segment.startsWith(':')) params[segment.slice(1)] = decoded(actual)
    else if (segment !== actual) return undefined
  }
  return params
}

/** The room at a path; undefined where there is none. Of two patterns that fit, the one named first counts. */
export const placeAt = (path: string): Place | undefined => {
  for (const room of ids) {
    const params = match(rooms[room], path)
    if (params !== undefined) return { room, params }
  }
  return undefined
}

type Query = Readonly<Record<string, string | number | undefined>>

/** The address of a room: `addressOf('run', { run: 'clinic-…' })`. Parameters without a value are left out of the query. */
export const addressOf = (room: RoomId, params: Readonly<Record<string, string>> = {}, query: Query = {}): string => {
  const path = rooms[room].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, String(value))
  return search.size === 0 ? path : `${path}?${search}`
}

/** First segments that belong to the server and never to the portal. */
const elsewhere = ['api', 'assets', 'evaluation', 'health', 'manage', 'portal']

/** Whether a link to this path is followed inside the portal. */
export const isInside = (path: string): boolean =>
  !elsewhere.includes(segmentsOf(path)[0] ?? '') && placeAt(path) !== undefined
