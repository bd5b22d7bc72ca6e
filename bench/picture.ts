/** Draws the revocation benchmark's JSON as an SVG: questions a second and bytes an entry against the number of revoked certificates. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: { from: { type: 'string' }, to: { type: 'string', default: 'docs/revocation-cost.svg' } },
})
if (options.from === undefined) throw new Error('usage: node bench/picture.ts --from bench.json [--to picture.svg]')

type Row = { what: string; count: number; values: Record<string, number> }

function readRows(path: string): Row[] {
  const read: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (typeof read !== 'object' || read === null || !('rows' in read) || !Array.isArray(read.rows)) {
    throw new Error('not the result of bench/revocation.ts')
  }
  return read.rows
}

const rows = readRows(options.from)

type Series = { what: string; value: string; label: string; colour: string; mark: string }

const speed: Series[] = [
  {
    what: 'C: bitmap probe',
    value: 'perSecond',
    label: 'C ビットの参照のみ / bare bit',
    colour: '#6b7280',
    mark: '4 3',
  },
  {
    what: 'find, 1 % revoked',
    value: 'perSecond',
    label: '連番、失効1% / dense, 1 % revoked',
    colour: '#0b5cad',
    mark: '',
  },
  {
    ...{ what: 'find, 20 % revoked, date and reason', value: 'perSecond' },
    ...{ label: '連番、失効20%、日付・理由 / dense, 20 % revoked, with date', colour: '#0f766e', mark: '' },
  },
  {
    what: 'findBytes, exact form, 8 bytes',
    value: 'perSecond',
    label: '8バイト / exact, 8 bytes',
    colour: '#b45309',
    mark: '',
  },
  {
    what: 'findBytes, hashed form, 16 bytes',
    value: 'perSecond',
    label: '16バイト / hashed, 16 bytes',
    colour: '#9f1239',
    mark: '',
  },
]
const size: Series[] = [
  { what: 'build, dense form', value: 'bytesPerEntry', label: '連番 / dense', colour: '#0b5cad', mark: '' },
  { what: 'build, exact form', value: 'bytesPerEntry', label: '8バイト / exact', colour: '#b45309', mark: '' },
  { what: 'build, hashed form', value: 'bytesPerEntry', label: '16バイト / hashed', colour: '#9f1239', mark: '6 4' },
]

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${x}" y="${y}" ${more}>${escape(content)}</text>`

type Panel = {
  left: number
  title: string
  series: Series[]
  ticks: [number, string][]
  scale: (value: number) => number
}

const top = 70
const bottom = 330
const width = 330
const counts: [number, string][] = [
  [1e4, '1万 / 10k'],
  [1e6, '100万 / 1M'],
  [1e7, '1千万 / 10M'],
  [1e8, '1億 / 100M'],
]
const xOf = (left: number, count: number) => left + ((Math.log10(count) - 4) / 4) * width
const yOf = (share: number) => bottom - share * (bottom - top)

function draw({ left, title, series, ticks, scale }: Panel): string {
  const grid = ticks.map(([value, label]) => {
    const y = yOf(scale(value))
    return `<path d="M${left} ${y}h${width}" stroke="#e5e7eb"/>${text(left - 8, y + 4, label, 'text-anchor="end"')}`
  })
  const below = counts.map(([count, label]) => text(xOf(left, count), bottom + 20, label, 'text-anchor="middle"'))
  const lines = series.map(({ what, value, label, colour, mark }, at) => {
    const points = rows
      .filter((row) => row.what === what && row.values[value] !== undefined)
      .map((row) => `${xOf(left, row.count).toFixed(1)},${yOf(scale(row.values[value] ?? 0)).toFixed(1)}`)
    const dash = mark && ` stroke-dasharray="${mark}"`
    const dots = points.map(
      (point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3" fill="${colour}"/>`,
    )
    const legendY = bottom + 48 + at * 18
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>${dots.join('')}`,
      `<path d="M${left} ${legendY - 4}h22" stroke="${colour}" stroke-width="2"${dash}/>${text(left + 30, legendY, label)}`,
    ].join('')
  })
  return [text(left, top - 18, title, 'font-weight="bold"'), ...grid, ...below, ...lines].join('\n')
}

const panels: Panel[] = [
  {
    ...{ left: 90, title: '毎秒の照会数 / questions a second', series: speed },
    ticks: [1e6, 1e7, 1e8, 1e9].map((value) => [value, ['1M', '10M', '100M', '1G'][Math.log10(value) - 6] ?? '']),
    scale: (value) => Math.log10(value / 5e5) / Math.log10(2e9 / 5e5),
  },
  {
    ...{ left: 510, title: '1件当たりのバイト数 / bytes an entry', series: size },
    ticks: [0, 4, 8, 12, 16].map((value) => [value, String(value)]),
    scale: (value) => value / 18,
  },
]

const height = bottom + 60 + speed.length * 18
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 ${height}" font-family="Noto Sans JP, sans-serif" font-size="12" role="img"
 aria-label="失効情報索引の規模と費用 / cost of the revocation index against size">
<rect width="900" height="${height}" fill="#ffffff"/>
${text(90, 28, '失効情報の索引: 失効件数と費用 / the revocation index: cost against number of revoked certificates', 'font-size="15" font-weight="bold"')}
${panels.map(draw).join('\n')}
</svg>
`
writeFileSync(options.to, svg)
console.log(`wrote ${options.to}`)
