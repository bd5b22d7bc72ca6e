/** The CA generations the platform trusts: fetched from the CA at first use, pinned in the store from then on. */
import { answer, Unreachable } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { CaApp } from '../ca/index.ts'
import { fromBase64 } from '../messages/base64.ts'
import { trustAnchors, type TrustAnchors } from '../pki/chain.ts'
import type { AuthorityRow, RevocationStore } from './revocationStore.ts'

/** Undefined as long as the CA has not been reached once. */
export type Anchors = () => Promise<TrustAnchors | undefined>

export const createAnchors = (site: Site, store: RevocationStore): Anchors => {
  let pinned: TrustAnchors | undefined
  let coming: Promise<TrustAnchors | undefined> | undefined

  const fetched = async (): Promise<AuthorityRow[]> => {
    const ca = site.network.connect<CaApp>('ca')
    try {
      const { authorities } = await answer(ca.authorities.$get())
      return authorities
    } catch (error) {
      if (error instanceof Unreachable || error instanceof Problem) return []
      throw error
    }
  }

  const load = async () => {
    const stored = await store.authorities()
    const rows = stored.length > 0 ? stored : await fetched()
    if (rows.length === 0) return undefined
    const anchors = trustAnchors(rows.map(({ kind, certificate }) => ({ kind, der: fromBase64(certificate) })))
    if (stored.length === 0) await store.pinAuthorities(rows)
    pinned = anchors
    return pinned
  }

  return async () => {
    if (pinned !== undefined) return pinned
    coming ??= load().finally(() => {
      coming = undefined
    })
    return coming
  }
}
