/** The virtual reader of Debian's pcscd and vpcd, and cards put into it by the project's own command. */
import { join } from 'node:path'
import { run, start, until, type Running } from './programs.ts'
import type { Testbed } from './testbed.ts'

/** A command line that runs something where a reader is; empty for here. */
export type Place = readonly string[]

const inPlace = (place: Place, command: string, args: readonly string[]): [string, string[]] => {
  const [first = '', ...rest] = [...place, command, ...args]
  return [first, rest]
}

/** Runs a program where the reader is. */
export const runAt = (
  place: Place,
  command: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
) => run(...inPlace(place, command, args), options)

/** Starts pcscd; resolves when it shows its readers. */
export const startPcscd = async (place: Place = []): Promise<Running> => {
  const pcscd = start(...inPlace(place, 'pcscd', ['--foreground']))
  await until('pcscd to show its readers', async () => {
    if (pcscd.isOver()) throw new Error(`pcscd ended: ${pcscd.output()}`)
    return (await readers(place)).length > 0
  })
  return pcscd
}

/** The readers as OpenSC lists them, with whether a card is in. */
export const readers = async (place: Place = []): Promise<{ name: string; card: boolean }[]> => {
  const { output } = await runAt(place, 'opensc-tool', ['--list-readers'])
  return [...output.matchAll(/^\d+\s+(Yes|No)\s+(?:PIN pad\s+)?(.+)$/gm)].map(([, card, name = '']) => ({
    name: name.trim(),
    card: card === 'Yes',
  }))
}

const command = join(import.meta.dirname, '..', '..', 'scenarios', 'virtual-card', 'run.ts')

type Where = {
  place?: Place
  host?: string
  slot?: number
  /** A file for what reader and card say to each other. */ trace?: string
}

export type Inserted = {
  process: Running
  /** Resolves when the reader says the card is out; the exit code. */ eject(): Promise<number>
}

/** `npm run card` with these words. */
export const cardCommand = (...words: string[]) => run(process.execPath, [command, ...words])

/** Puts a resident's card in with `npm run card -- insert`; resolves when the reader has it. */
export const insert = async ({ url }: Testbed, personId: string, where: Where = {}): Promise<Inserted> => {
  const { place = [], host = '127.0.0.1', slot = 0, trace } = where
  const options = ['--reader', String(slot), '--host', host, '--url', url]
  const traced = trace === undefined ? [] : ['--trace', trace]
  const inserted = start(process.execPath, [command, 'insert', personId, ...options, ...traced])
  const isIn = async () => (await readers(place))[slot]?.card === true
  await until(`the card of ${personId} to be in`, async () => {
    if (inserted.isOver()) throw new Error(`insert ended: ${inserted.output()}`)
    return isIn()
  })
  return {
    process: inserted,
    eject: async () => {
      const status = await inserted.end()
      await until(`the card of ${personId} to be out`, async () => !(await isIn()))
      return status
    },
  }
}
