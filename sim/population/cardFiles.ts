/** Writes the cards of a population, as threads make them, to the files that load generators read. */
import type { FileHandle } from 'node:fs/promises'
import type { IssueOrder } from './issue.ts'
import { lineOf } from './ndjson.ts'
import { packEnd, packHeader, unpackCards, type Header } from './packedFile.ts'
import { createProgress, type Say } from './progress.ts'
import { startThreads } from './threads.ts'

export type CardFiles = { packed: FileHandle; lines: FileHandle }

type Writing = {
  order: IssueOrder
  header: Header
  files: CardFiles
  /** How many cards also become lines. */
  exported: number
  say: Say
  signal?: AbortSignal | undefined
}

/** Write all cards, first to last, to the packed file and the first of them as lines; tells what was made and how long it took. */
export const writeCards = async ({ order, header, files, exported, say, signal }: Writing) => {
  const { cards } = header
  signal?.throwIfAborted()
  const threads = startThreads(order)
  const stop = () => void threads.end()
  signal?.addEventListener('abort', stop, { once: true })
  const sums = { cards: 0, certificates: 0, revoked: 0, keyMs: 0, issueCpuMs: 0, sizeBytes: 0 }
  const write = async (bytes: Uint8Array) => {
    await files.packed.writeFile(bytes)
    sums.sizeBytes += bytes.length
  }
  try {
    const before = await threads.calibrate()
    const startedAt = performance.now()
    const progress = createProgress({
      what: { ja: 'カードと証明書', en: 'cards with certificates' },
      total: cards,
      say,
    })
    await write(packHeader(header))
    for await (const { bytes, cpuMs, ...batch } of threads.cards(cards)) {
      await write(bytes)
      if (sums.cards < exported) {
        const some = [...unpackCards(bytes)].slice(0, exported - sums.cards)
        await files.lines.writeFile(some.map((card) => lineOf(card, header)).join(''))
      }
      sums.cards += batch.cards
      sums.certificates += batch.certificates
      sums.revoked += batch.revoked
      sums.keyMs += batch.keyMs
      sums.issueCpuMs += cpuMs
      progress(sums.cards)
    }
    await write(packEnd(sums.cards))
    const issueMs = performance.now() - startedAt
    const after = await threads.calibrate()
    for (const file of [files.packed, files.lines]) await file.sync()
    return { ...sums, issueMs, threads: threads.threads, signLimit: (before + after) / 2 }
  } finally {
    signal?.removeEventListener('abort', stop)
    await threads.end()
  }
}
