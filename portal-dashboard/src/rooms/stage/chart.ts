/** A machine laid out as a statechart: boxes for states, ways for transitions. Pixels; no drawing. */
import type { Machine } from '../../../../sim/messages/evaluation.ts'

export type Box = {
  id: string
  name: string
  x: number
  y: number
  width: number
  height: number
  type: string
  initial: boolean
  inner: boolean
}
export type Way = { key: string; points: { x: number; y: number }[]; words: string; at: { x: number; y: number } }
export type Chart = { width: number; height: number; boxes: Box[]; ways: Way[] }

const letter = 7.6
const boxHeight = 38

/** Transitions between the same two states share a way; each event a line. */
export const joined = (transitions: Machine['transitions']): { from: string; to: string; lines: string[] }[] => {
  const ways = new Map<string, { from: string; to: string; lines: string[] }>()
  for (const { from, to, event, guard } of transitions) {
    if (from === null || to === null) continue
    const key = JSON.stringify([from, to])
    const way = ways.get(key) ?? { from, to, lines: [] }
    const line = guard === null ? event : `${event} [${guard}]`
    if (!way.lines.includes(line)) way.lines.push(line)
    ways.set(key, way)
  }
  return [...ways.values()]
}

/** Lines of a way beyond this are counted, not shown (assumed). */
const mostLines = 3

const short = (lines: readonly string[]) =>
  lines.length <= mostLines ? [...lines] : [...lines.slice(0, mostLines - 1), `+${lines.length - mostLines + 1}`]

const isPoint = (value: unknown): value is { x: number; y: number } =>
  typeof value === 'object' && value !== null && 'x' in value && 'y' in value

/** The layout engine is fetched when the first chart is drawn. */
export const layOutChart = async (machine: Machine): Promise<Chart> => {
  const { Graph, layout } = await import('@dagrejs/dagre')
  const graph = new Graph({ compound: true, multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 46, edgesep: 18, marginx: 16, marginy: 16 })
  graph.setDefaultEdgeLabel(() => ({}))
  const parents = new Set(machine.states.map(({ parent }) => parent))
  for (const { id, name } of machine.states)
    graph.setNode(id, parents.has(id) ? {} : { width: Math.max(84, name.length * letter + 34), height: boxHeight })
  for (const { id, parent } of machine.states) if (parent !== null) graph.setParent(id, parent)
  // the engine cannot end a way at a state that holds others: it goes to the first state inside
  const leaf = (id: string): string => {
    const inside = machine.states.filter(({ parent }) => parent === id)
    const first = inside.find(({ initial }) => initial) ?? inside[0]
    return first === undefined ? id : leaf(first.id)
  }
  const ways = joined(machine.transitions)
  for (const { from, to, lines } of ways) {
    const shown = short(lines)
    const width = Math.max(...shown.map((line) => line.length)) * 6.4 + 12
    graph.setEdge(leaf(from), leaf(to), { width, height: shown.length * 15, labelpos: 'c' }, JSON.stringify([from, to]))
  }
  layout(graph)
  const boxes = machine.states.map(({ id, name, type, initial }): Box => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id)
    return { id, name, x: x - width / 2, y: y - height / 2, width, height, type, initial, inner: parents.has(id) }
  })
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    boxes: boxes.sort((a, b) => Number(b.inner) - Number(a.inner) || b.width * b.height - a.width * a.height),
    ways: ways.map(({ from, to, lines }) => {
      const key = JSON.stringify([from, to])
      const edge = graph.edge(leaf(from), leaf(to), key)
      const points = (edge?.points ?? []).filter(isPoint)
      return { key, points, words: short(lines).join('\n'), at: { x: edge?.x ?? 0, y: edge?.y ?? 0 } }
    }),
  }
}

/** A smooth line through points. */
export const smooth = (points: readonly { x: number; y: number }[]): string => {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const written = (value: number) => value.toFixed(1)
  let path = `M${written(first.x)} ${written(first.y)}`
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1]
    const end = next === undefined ? point : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
    path += ` Q${written(point.x)} ${written(point.y)} ${written(end.x)} ${written(end.y)}`
  }
  return path
}
