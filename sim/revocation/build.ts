/** Turns collected entries into an index: picks the form by how the serial numbers lie, gives the event loop its turn. */
import { pause } from '../pki/crlStreamPause.ts'
import { denseRange, buildDense } from './buildDense.ts'
import { buildTable } from './buildTable.ts'
import { openIndex, type RevocationIndex } from './revocationIndex.ts'
import type { Staging } from './staging.ts'

export type BuildOptions = {
  /** Keep the partition of each entry, at two bytes more. */
  partitions?: boolean
}

/** Of several entries with one serial number the first that was staged stays. The staging may be dropped afterwards. */
export async function buildIndex(
  staging: Staging,
  { partitions = false }: BuildOptions = {},
): Promise<RevocationIndex> {
  const { key, short, long } = staging
  const columns = {
    dates: new Uint32Array(new SharedArrayBuffer(4 * staging.count)),
    marks: new Uint8Array(new SharedArrayBuffer(staging.count)),
    partitions: partitions ? new Uint16Array(new SharedArrayBuffer(2 * staging.count)) : undefined,
  }
  const range = await denseRange(short)
  const dense = range && (await buildDense(short, range, columns))
  const outside = { from: short, except: range }
  const exact = await buildTable(outside, { key, base: dense?.count ?? 0, columns })
  const hashed = await buildTable({ from: long, except: undefined }, { key, base: exact.base + exact.count, columns })
  await pause()
  return openIndex({ key, dense, exact, hashed, ...columns })
}
