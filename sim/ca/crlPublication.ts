/** The certificate revocation lists: one a day for each partition, made when first asked for, as of the hour of publication. */
import { DAY, HOUR } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { issueCrl } from '../pki/crlIssue.ts'
import { crlDistributionPoint, type CertificateKind, type Municipality } from '../pki/profile.ts'
import { reasonCodes } from '../pki/revocation.ts'
import type { Authorities } from './authority.ts'
import type { CaStore } from './store.ts'

/** Once a day (Digital Agency, introduction to JPKI, section 5.1.2), at 03:00 in Japan (assumed), which is 18:00 UTC. */
const publicationHourUtcMs = 18 * HOUR
/** Good for two days, so that one publication may be missed (assumed). */
const lifeMs = 2 * DAY

export type Municipalities = Record<string, Municipality>

/** Authentication certificates have one partition, signature certificates one for each municipality. */
const wholePartition = 'all'
export const partitionOf = (kind: CertificateKind, municipality: string) =>
  kind === 'signature' ? municipality : wholePartition

/** The last publication at or before `now`. */
const publishedAt = (now: number) => Math.floor((now - publicationHourUtcMs) / DAY) * DAY + publicationHourUtcMs

type Parts = { store: CaStore; authorities: Authorities; municipalities: Municipalities }

export const createCrlPublication = (site: Site, { store, authorities, municipalities }: Parts) => {
  const partitions = (): { kind: CertificateKind; partition: string }[] => [
    ...Object.keys(municipalities).map((partition) => ({ kind: 'signature' as const, partition })),
    { kind: 'authentication', partition: wholePartition },
  ]

  const pointOf = (kind: CertificateKind, partition: string) => {
    const [any] = Object.values(municipalities)
    const own = Object.hasOwn(municipalities, partition) ? municipalities[partition] : undefined
    const municipality = kind === 'authentication' && partition === wholePartition ? any : own
    if (municipality === undefined || (kind === 'authentication' && partition !== wholePartition))
      throw new Problem(404, 'no-such-crl', `there is no ${kind} crl ${partition}`)
    return crlDistributionPoint(kind, municipality)
  }

  /** An entry stays on the first list published after its certificate expired, and then drops off (RFC 5280 section 3.3). */
  const publish = async (kind: CertificateKind, partition: string, thisUpdate: number) => {
    const distributionPoint = pointOf(kind, partition)
    const rows = await store.revocationsBetween({ kind, partition, until: thisUpdate, validFrom: thisUpdate - DAY })
    const crl = await issueCrl({
      ca: authorities[kind].authority,
      thisUpdate,
      nextUpdate: thisUpdate + lifeMs,
      // the number of the day: it grows with every publication, whether the list was asked for or not (section 5.2.3)
      crlNumber: Math.floor(thisUpdate / DAY),
      entries: rows.map(({ serialNumber, revocationDate, reason }) => ({
        serialNumber,
        revocationDate,
        reasonCode: reasonCodes[reason],
      })),
      distributionPoint,
    })
    await store.addCrl({ kind, partition, thisUpdate, crl: toBase64(crl) })
    return crl
  }

  /** The list in force now, DER. */
  const current = async (kind: CertificateKind, partition: string): Promise<Uint8Array> => {
    const thisUpdate = publishedAt(site.clock.now())
    const stored = await store.crl({ kind, partition, thisUpdate })
    return stored === undefined ? publish(kind, partition, thisUpdate) : fromBase64(stored)
  }

  return { partitions, current }
}

export type CrlPublication = ReturnType<typeof createCrlPublication>
