/** Deletes kept evidence at the instant from which the law no longer asks for it. */
import type { Site } from '../core/site.ts'
import type { EvidenceStore } from './evidenceStore.ts'

/** To be called at start, and whenever a contract has ended: what is due next is deleted at its time. */
export type PlanDeletion = () => Promise<void>

export const createEvidenceDeletion = (site: Site, store: EvidenceStore): PlanDeletion => {
  let plannedFor = Infinity
  const plan = async () => {
    const next = await store.nextDeletion()
    if (next === undefined || next >= plannedFor) return
    plannedFor = next
    site.clock.at(Math.max(next, site.clock.now()), async () => {
      plannedFor = Infinity
      await store.deleteDue(site.clock.now())
      await plan()
    })
  }
  return plan
}
