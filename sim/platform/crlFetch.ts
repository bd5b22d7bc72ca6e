/** Fetches revocation lists from the CA: which there are, and each as the bytes it was published in. */
import { answer } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { CaApp } from '../ca/index.ts'
import type { ListType } from './revocationStore.ts'
import type { CertificateKind } from './revocation.ts'

export type PublishedList = { kind: CertificateKind; partition: string; generation: number }

export type CrlFetch = {
  /** Unreachable or a Problem when the CA does not answer. */
  published(): Promise<PublishedList[]>
  /** Undefined when there is no such list, as there is no delta before its base. */
  bytes(list: PublishedList, type: ListType): Promise<Uint8Array | undefined>
}

export const createCrlFetch = (site: Site): CrlFetch => {
  const ca = () => site.network.connect<CaApp>('ca')
  return {
    published: async () => {
      const { crls } = await answer(ca().crls.$get())
      return crls.map(({ kind, partition, generation }) => ({ kind, partition, generation }))
    },
    bytes: async ({ kind, partition, generation }, type) => {
      const asked = { param: { kind, partition }, query: { generation: String(generation) } }
      const lists = ca().crls[':kind'][':partition']
      const response = await (type === 'full' ? lists.$get(asked) : lists.delta.$get(asked))
      const der = new Uint8Array(await response.arrayBuffer())
      return response.ok ? der : undefined
    },
  }
}
