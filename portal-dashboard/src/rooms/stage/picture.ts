/** The sequence diagram as one SVG picture that stands for itself, and the same as PNG; in the light theme, for documents. */
import type { Text } from '../../lib/language.svelte.ts'
import { arrowAt, drawnOf, gridOf, rowHeight, type Drawn } from './geometry.ts'
import type { Row } from './rows.ts'
import { nameOf, outcomeOf, timesOf, whatOf, type Names } from './words.ts'

/** Rows in a picture (assumed): beyond it nobody can read one. */
const mostPictured = 1500

const headHeight = 96
const colour = { good: '#0017c1', bad: '#ec0000', lost: '#ec0000' } as const
const font = "'Noto Sans JP', 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic UI', sans-serif"

const escaped = (words: string) => words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** As much of the words as fits: Japanese letters are twice as wide as others. */
export const fitting = (words: string, room: number): string => {
  let width = 0
  for (const [index, letter] of [...words].entries()) {
    width += /[\u1100-\uffff]/.test(letter) ? 13 : 7
    if (width > room) return `${[...words].slice(0, Math.max(1, index - 1)).join('')}…`
  }
  return words
}

const arrow = (shape: Drawn, base: number): string => {
  if (shape.type === 'self')
    return `<path d="M${shape.x} ${base - 8}h26v14h-22" fill="none" stroke="${colour[shape.state]}" stroke-width="1.75"/>`
  if (shape.type !== 'message') return ''
  const { x1, x2, state } = shape
  const turn = x2 > x1 ? 1 : -1
  const end = state === 'lost' ? (x1 + x2) / 2 : x2 - turn * 2
  const head =
    state === 'lost'
      ? `<path d="M${end - 6} ${base - 6}l12 12M${end + 6} ${base - 6}l-12 12" stroke="${colour[state]}" stroke-width="1.75"/>`
      : `<path d="M${end} ${base}l${-turn * 10} -5v10z" fill="${colour[state]}"/>`
  const dash = state === 'good' ? '' : ' stroke-dasharray="7 4"'
  return `<circle cx="${x1}" cy="${base}" r="3.5" fill="${colour[state]}"/><line x1="${x1}" x2="${end}" y1="${base}" y2="${base}" stroke="${colour[state]}" stroke-width="1.75"${dash}/>${head}`
}

export type Pictured = {
  rows: readonly Row[]
  columns: readonly string[]
  names: Names
  title: string
  language: keyof Text
}

export const pictureOf = ({
  rows,
  columns,
  names,
  title,
  language,
}: Pictured): { svg: string; width: number; height: number } => {
  const grid = gridOf(columns, Math.max(720, columns.length * 170))
  const shown = rows.slice(0, mostPictured)
  const height = headHeight + shown.length * rowHeight + 24
  const heads = columns
    .map((id) => {
      const x = grid.x.get(id) ?? 0
      return `<text x="${x}" y="72" text-anchor="middle" font-weight="700" font-size="13">${escaped(fitting(nameOf(names, id, language), grid.column))}</text><line x1="${x}" x2="${x}" y1="${headHeight - 12}" y2="${height}" stroke="#767676" stroke-dasharray="2 5"/>`
    })
    .join('')
  const lines = shown.map((row, index) => {
    const shape = drawnOf(row.event, grid)
    const top = headHeight + index * rowHeight
    const times = timesOf(row)
    const outcome = outcomeOf(row.event)
    const words = [whatOf(row.event, language), times > 1 ? `×${times}` : '', outcome]
      .filter((one) => one !== '')
      .join('  ')
    if (shape.type === 'band')
      return `<rect x="12" y="${top + 6}" width="${grid.width - 24}" height="32" rx="6" fill="${row.event.step?.held === false ? '#fdeeee' : row.event.step === null ? '#f2f2f2' : '#e6f5ec'}" stroke="#b3b3b3"/><text x="26" y="${top + 27}" font-size="13" font-weight="700">${escaped(fitting(words, grid.width - 60))}</text>`
    const middle = shape.type === 'message' ? (shape.x1 + shape.x2) / 2 : shape.x
    const room = shape.type === 'message' ? shape.words : grid.column * 1.6
    const x = Math.max(room / 2, Math.min(grid.width - room / 2, middle))
    return `<text x="${x}" y="${top + 19}" text-anchor="middle" font-size="13">${escaped(fitting(words, room))}</text>${arrow(shape, top + arrowAt)}`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${grid.width}" height="${height}" viewBox="0 0 ${grid.width} ${height}" font-family="${font}" fill="#333"><rect width="100%" height="100%" fill="#fff"/><text x="16" y="34" font-size="18" font-weight="700" fill="#1a1a1a">${escaped(title)}</text>${heads}${lines.join('')}</svg>`
  return { svg, width: grid.width, height }
}

/** A canvas is refused beyond about this many pixels a side (Chromium and Safari). */
const longestSide = 16_000

/** Twice as sharp as on the screen, as far as a canvas goes. */
export const asPng = async ({ svg, width, height }: { svg: string; width: number; height: number }): Promise<Blob> => {
  const scale = Math.min(2, longestSide / Math.max(width, height))
  const image = new Image()
  const loaded = new Promise((resolve, reject) => {
    image.onload = resolve
    image.onerror = reject
  })
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await loaded
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('this browser draws no pictures')
  pen.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('the picture is too large')) : resolve(blob)),
      'image/png',
    ),
  )
}

/** Give the reader a file. */
export const hand = (content: Blob, name: string) => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
