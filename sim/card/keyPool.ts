/** A file of RSA keys made beforehand, because making one takes long (about 15 a second on one CPU, measured). */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { exportPrivateKey, generateKeyPair, importPrivateKey, publicKeyOf, type KeyPair } from '../pki/key.ts'

/**
 * Keys in a fixed order, so that a world can be repeated. Within one world the caller counts and never takes a number twice;
 * worlds may share a pool, and then cards of different worlds share keys: fit for a simulation only.
 */
export type KeyPool = {
  /** The key pair of this number, from 0; when the pool is exhausted new keys are made and added to the file. */
  take(number: number): Promise<KeyPair>
}

/** DER of a SEQUENCE with two bytes of length, complete: what a PKCS#8 key of 2048 bits is. */
const isWhole = (line: string) => {
  const der = Buffer.from(line, 'base64')
  return der.length > 1000 && der.readUInt16BE(0) === 0x3082 && der.readUInt16BE(2) === der.length - 4
}

/**
 * PKCS#8 in base64, one key a line. The file only ever grows, by whole lines in one write each, which the system never
 * mixes (O_APPEND, POSIX write()); so any number of processes may add to it without a lock that a killed one would leave.
 * What a crash left of a line is not a whole key and is passed over, today and on every later reading alike.
 */
const readKeys = async (path: string): Promise<string[]> => {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n')
    return lines.slice(0, -1).filter(isWhole)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const addKey = async (path: string, key: string) => {
  await mkdir(dirname(path), { recursive: true })
  await appendFile(path, `${key}\n`, { mode: 0o600 })
}

/** The pool in the file at `path`, which need not exist yet. */
export const openKeyPool = (path: string): KeyPool => {
  let keys: string[] = []
  const keyAt = async (number: number): Promise<string> => {
    const known = keys[number]
    if (known !== undefined) return known
    keys = await readKeys(path)
    const found = keys[number]
    if (found !== undefined) return found
    const made = await generateKeyPair()
    await addKey(path, exportPrivateKey(made.privateKey))
    return keyAt(number)
  }
  return {
    take: async (number) => {
      const privateKey = importPrivateKey(await keyAt(number))
      return { privateKey, publicKey: publicKeyOf(privateKey) }
    },
  }
}

/** Let a thread make `count` keys; `onKey` is called with each, in turn. */
const makeKeys = (count: number, onKey: (key: string) => Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./keyWorker.ts', import.meta.url), { workerData: { count } })
    let written = Promise.resolve()
    worker.on('message', (key: string) => {
      written = written.then(() => onKey(key))
      written.catch(reject)
    })
    worker.on('error', reject)
    worker.on('exit', (code) => {
      if (code === 0) written.then(resolve, reject)
      else reject(new Error(`a key worker ended with code ${code}`))
    })
  })

/** Add keys until the pool holds at least `count`, using every CPU; `onProgress` hears how many there are. */
export const fillKeyPool = async (path: string, count: number, onProgress?: (made: number) => void): Promise<void> => {
  let made = (await readKeys(path)).length
  onProgress?.(made)
  const missing = Math.max(0, count - made)
  const threads = Math.min(missing, availableParallelism())
  const shares = Array.from({ length: threads }, (_, n) => Math.floor((missing + n) / threads))
  const onKey = async (key: string) => {
    await addKey(path, key)
    made += 1
    onProgress?.(made)
  }
  await Promise.all(shares.map((share) => makeKeys(share, onKey)))
}
