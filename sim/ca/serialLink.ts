/** Links between serial numbers: to the same card's authentication certificate, and to the one that took a certificate's place (form assumed). */
import type { CertificateKind } from '../pki/profile.ts'
import type { CaStore } from './store.ts'

export const createSerialLinks = (store: CaStore) => ({
  /** 発行番号の対応: the newest authentication certificate on the card, or in the smartphone, of a signature certificate. */
  authenticationOf: async (signatureSerialNumber: string): Promise<string | undefined> => {
    const signature = await store.find('signature', signatureSerialNumber)
    if (signature === undefined) return undefined
    const held = await store.heldIn(signature)
    return held.find(({ kind }) => kind === 'authentication')?.serialNumber
  },

  /** The last in the line of those that took its place, so that who asks rarely still finds the one in use. */
  successorOf: async (kind: CertificateKind, serialNumber: string): Promise<string | undefined> => {
    let last: string | undefined
    let next = await store.successor(kind, serialNumber)
    while (next !== undefined) {
      last = next
      next = await store.successor(kind, next)
    }
    return last
  },
})

export type SerialLinks = ReturnType<typeof createSerialLinks>
