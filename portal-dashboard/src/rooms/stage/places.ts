/** The parties as places around the common platform, and the way a message takes between two of them. Pixels; no drawing. */

export type Point = { x: number; y: number }
type Party = { id: string; folder: string }

/** Clockwise from the left: residents, towns and the authority at the top, services at the right and below. */
const round = [
  'people',
  'outside',
  'card',
  'municipality',
  'ca',
  'insurer',
  'clinic',
  'payment',
  'catv',
  'subscription',
]

const samples = 720

/** Between an ellipse and its rectangle, so that the corners are used. */
const bent = (value: number) => Math.sign(value) * Math.abs(value) ** 0.7

/** Each place's middle. The platform stands in the centre, the others at equal distances around it. */
export const layOut = (parties: readonly Party[], width: number, height: number): Map<string, Point> => {
  const edge = { x: Math.min(78, width * 0.12), y: 54 }
  const centre = { x: width / 2, y: height / 2 }
  const radius = { x: Math.max(10, centre.x - edge.x), y: Math.max(10, centre.y - edge.y) }
  const rank = (folder: string) => {
    const place = round.indexOf(folder)
    return place === -1 ? round.length : place
  }
  const around = parties
    .filter(({ folder }) => folder !== 'platform')
    .toSorted((a, b) => rank(a.folder) - rank(b.folder))
  const pointAt = (step: number): Point => {
    const angle = Math.PI + (step / samples) * 2 * Math.PI
    return { x: centre.x + radius.x * bent(Math.cos(angle)), y: centre.y + radius.y * bent(Math.sin(angle)) }
  }
  const outline = Array.from({ length: samples + 1 }, (_, step) => pointAt(step))
  const lengths = [0]
  for (const [step, point] of outline.entries()) {
    const before = outline[step - 1]
    if (before !== undefined) lengths.push((lengths.at(-1) ?? 0) + Math.hypot(point.x - before.x, point.y - before.y))
  }
  const whole = lengths.at(-1) ?? 1
  const places = new Map<string, Point>()
  for (const { id, folder } of parties) if (folder === 'platform') places.set(id, centre)
  for (const [index, { id }] of around.entries()) {
    const wanted = (whole * index) / around.length
    const step = lengths.findIndex((length) => length >= wanted)
    places.set(id, outline[step] ?? centre)
  }
  return places
}

/** A bow between two places, bent towards the middle so that ways do not lie upon each other. */
export const wayBetween = (from: Point, to: Point, width: number, height: number): string => {
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const pull = 0.28
  const bend = { x: middle.x + (width / 2 - middle.x) * pull, y: middle.y + (height / 2 - middle.y) * pull }
  const straight = from.x === width / 2 || to.x === width / 2
  const control = straight ? middle : bend
  const number = (value: number) => value.toFixed(1)
  return `M${number(from.x)} ${number(from.y)} Q${number(control.x)} ${number(control.y)} ${number(to.x)} ${number(to.y)}`
}

/** How long a message is seen on its way at a speed in events a second (ms): never longer than until the next. */
export const flightMs = (speed: number) => Math.round(Math.min(1100, 900 / speed))
