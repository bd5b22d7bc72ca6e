/** How every certificate of a CA stands, in memory: what OCSP answers are made from without asking the database. */

/** `reasonCode` as RFC 5280 section 5.3.1 numbers them; `revocationDate` in Unix ms, whole seconds. */
export type Standing = { generation: number; revoked?: { revocationDate: number; reasonCode: number } }

/** The table grows when more of its places than this are taken. */
const fullest = 0.7
const smallest = 1024
/** Four bits hold it. */
const mostGenerations = 15

/** Serial number in hex to numbers of 32 bits, the highest first. */
const wordsOf = (serialNumber: string, words: number, into: Uint32Array) => {
  const padded = serialNumber.padStart(words * 8, '0')
  for (let i = 0; i < words; i++) into[i] = Number.parseInt(padded.slice(i * 8, i * 8 + 8), 16)
}

/**
 * Open addressing over typed arrays: 9 bytes a place for running serial numbers of four bytes, 21 for random ones of sixteen.
 * `expected` sizes it, so that a start with millions of certificates does not grow it again and again.
 */
export const createStatusTable = (expected = 0) => {
  let words = 1
  let count = 0
  let mask = 0
  let keys = new Uint32Array()
  let marks = new Uint8Array()
  let dates = new Uint32Array()
  let wanted = new Uint32Array(words)

  const make = (places: number) => {
    mask = places - 1
    keys = new Uint32Array(places * words)
    // 0 is an empty place; else the generation above, and below 1 for good or 2 and the reason for revoked.
    marks = new Uint8Array(places)
    dates = new Uint32Array(places)
  }
  const placesFor = (entries: number) => 2 ** Math.ceil(Math.log2(Math.max(smallest, entries / fullest)))
  make(placesFor(expected))

  /** The place of `wanted`, or the empty one where it would go. */
  const placeOfWanted = () => {
    let hash = 0x9e3779b1
    for (let i = 0; i < words; i++) {
      hash = Math.imul(hash ^ (wanted[i] ?? 0), 0x85ebca6b)
      hash ^= hash >>> 15
    }
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      if (marks[place] === 0) return place
      let same = true
      for (let i = 0; i < words && same; i++) same = keys[place * words + i] === wanted[i]
      if (same) return place
    }
  }

  const rebuild = (places: number, newWords: number) => {
    const [oldKeys, oldMarks, oldDates, oldWords] = [keys, marks, dates, words]
    words = newWords
    wanted = new Uint32Array(words)
    make(places)
    for (let from = 0; from < oldMarks.length; from++) {
      if (oldMarks[from] === 0) continue
      wanted.fill(0)
      wanted.set(oldKeys.subarray(from * oldWords, (from + 1) * oldWords), words - oldWords)
      const place = placeOfWanted()
      keys.set(wanted, place * words)
      marks[place] = oldMarks[from] ?? 0
      dates[place] = oldDates[from] ?? 0
    }
  }

  const find = (serialNumber: string): number | undefined => {
    if (serialNumber.length > words * 8) return undefined
    wordsOf(serialNumber, words, wanted)
    const place = placeOfWanted()
    return marks[place] === 0 ? undefined : place
  }

  return {
    size: () => count,
    sizeBytes: () => keys.byteLength + marks.byteLength + dates.byteLength,
    /** A certificate that was issued; one entered already stays as it stands. */
    add: (serialNumber: string, generation: number) => {
      if (generation < 1 || generation > mostGenerations) throw new RangeError(`no room for generation ${generation}`)
      const needed = Math.ceil(serialNumber.length / 8)
      if (needed > words || count + 1 > fullest * marks.length)
        rebuild(needed > words ? marks.length : marks.length * 2, Math.max(needed, words))
      wordsOf(serialNumber, words, wanted)
      const place = placeOfWanted()
      if (marks[place] !== 0) return
      keys.set(wanted, place * words)
      marks[place] = (generation << 4) | 1
      count += 1
    },
    /** The first revocation holds. */
    revoke: (serialNumber: string, { revocationDate, reasonCode }: { revocationDate: number; reasonCode: number }) => {
      const place = find(serialNumber)
      if (place === undefined || ((marks[place] ?? 0) & 15) !== 1) return
      marks[place] = ((marks[place] ?? 0) & 0xf0) | (2 + reasonCode)
      dates[place] = Math.floor(revocationDate / 1000)
    },
    of: (serialNumber: string): Standing | undefined => {
      const place = find(serialNumber)
      if (place === undefined) return undefined
      const mark = marks[place] ?? 0
      const generation = mark >> 4
      if ((mark & 15) === 1) return { generation }
      return { generation, revoked: { revocationDate: (dates[place] ?? 0) * 1000, reasonCode: (mark & 15) - 2 } }
    },
  }
}

export type StatusTable = ReturnType<typeof createStatusTable>
