/** A file of RSA keys made beforehand, because making one takes long (about 15 a second on one CPU, measured). */
import { appendFile, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { importPrivateKey, publicKeyOf, type KeyPair } from '../pki/key.ts'
import { createKeyThreads } from './keyThreads.ts'

/**
 * Keys in a fixed order, so that a world can be repeated. Within one world the caller counts and never takes a number twice;
 * worlds may share a pool, and then cards of different worlds share keys: fit for a simulation only.
 */
export type KeyPool = {
  /** The key pair of this number, from 0; when the pool is exhausted, threads make more and add them to the file meanwhile. */
  take(number: number): Promise<KeyPair>
  /** Have keys ready for whoever takes the numbers from `number` on; nobody waits for this. */
  prepare(number: number): Promise<void>
}

/** As soon as fewer than `fewest` unused keys are left, more are made in the background until there are `most`. */
export type Ahead = { fewest: number; most: number }

/** Enough for a hundred cards while the next keys are made (assumed). */
export const standardAhead: Ahead = { fewest: 128, most: 256 }
const nothingAhead: Ahead = { fewest: 0, most: 0 }

/** DER of a SEQUENCE with two bytes of length, complete: what a PKCS#8 key of 2048 bits is. */
const isWhole = (line: string) => {
  const der = Buffer.from(line, 'base64')
  return der.length > 1000 && der.readUInt16BE(0) === 0x3082 && der.readUInt16BE(2) === der.length - 4
}

const isMissingFile = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const readFrom = async (path: string, from: number): Promise<{ sizeBytes: number; text: string }> => {
  try {
    await using file = await open(path)
    const { size: sizeBytes } = await file.stat()
    if (sizeBytes <= from) return { sizeBytes, text: '' }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sizeBytes - from), { position: from })
    return { sizeBytes, text: buffer.subarray(0, bytesRead).toString('latin1') }
  } catch (error) {
    if (isMissingFile(error)) return { sizeBytes: 0, text: '' }
    throw error
  }
}

/**
 * PKCS#8 in base64, one key a line. The file only ever grows, by whole lines in one write each, which the system never
 * mixes (O_APPEND, POSIX write()); so any number of processes may add to it without a lock that a killed one would leave.
 * What a crash left of a line is not a whole key and is passed over, today and on every later reading alike.
 */
const createKeyFile = (path: string) => {
  let keys: string[] = []
  let readBytes = 0
  let turn: Promise<unknown> = Promise.resolve()
  let folder: Promise<unknown> | undefined

  const readOn = async () => {
    const { sizeBytes, text } = await readFrom(path, readBytes)
    if (sizeBytes < readBytes) {
      // another file has taken its place
      keys = []
      readBytes = 0
      return readOn()
    }
    const ended = text.lastIndexOf('\n') + 1
    readBytes += ended
    for (const line of text.slice(0, ended).split('\n')) if (isWhole(line)) keys.push(line)
  }

  return {
    keys: (): readonly string[] => keys,
    /** Take in what this and other processes have added since. */
    readOn: (): Promise<void> => {
      const mine = turn.then(readOn)
      turn = mine.catch(() => undefined)
      return mine
    },
    add: async (key: string) => {
      folder ??= mkdir(dirname(path), { recursive: true })
      await folder
      await appendFile(path, `${key}\n`, { mode: 0o600 })
    },
  }
}

type Waiting = { number: number; resolve(key: string): void; reject(error: unknown): void }

/** The pool in the file at `path`, which need not exist yet. Without `ahead` keys are made only for who waits for them. */
export const openKeyPool = (path: string, ahead: Ahead = nothingAhead): KeyPool => {
  const file = createKeyFile(path)
  let waiting: Waiting[] = []
  /** How many keys the file is to hold so that enough are ready. */
  let wanted = 0

  const serve = () => {
    const keys = file.keys()
    const answered = waiting.filter(({ number }) => keys[number] !== undefined)
    waiting = waiting.filter(({ number }) => keys[number] === undefined)
    for (const { number, resolve } of answered) resolve(keys[number] ?? '')
  }

  const threads = createKeyThreads({
    missing: (haste) =>
      (haste === 'ahead' ? wanted : Math.max(0, ...waiting.map(({ number }) => number + 1))) - file.keys().length,
    keep: async (key) => {
      await file.add(key)
      await file.readOn()
      serve()
    },
    failed: (error) => {
      const disappointed = waiting
      waiting = []
      wanted = 0
      for (const { reject } of disappointed) reject(error)
      if (disappointed.length === 0) process.emitWarning(error instanceof Error ? error : String(error))
    },
  })

  const keyAt = async (number: number): Promise<string> => {
    if (file.keys()[number] === undefined) await file.readOn()
    const known = file.keys()[number]
    if (known !== undefined) return known
    return new Promise((resolve, reject) => {
      waiting.push({ number, resolve, reject })
      threads.work('awaited')
    })
  }

  const prepareFrom = (number: number) => {
    if (file.keys().length - number < ahead.fewest) wanted = Math.max(wanted, number + ahead.most)
    threads.work('ahead')
  }

  return {
    take: async (number) => {
      const privateKey = importPrivateKey(await keyAt(number))
      prepareFrom(number + 1)
      return { privateKey, publicKey: publicKeyOf(privateKey) }
    },
    prepare: async (number) => {
      if (ahead.fewest === 0) return
      await file.readOn()
      prepareFrom(number)
    },
  }
}
