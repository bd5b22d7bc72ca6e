/**
 * The CA generations the platform trusts: those whose certificates lie in its trust folder, and no others.
 * They get there out of band, never over the network. The folder is read at start, once a day by the clock, at once when ordered,
 * and when a certificate seems to come from a generation not known yet, at most once a minute.
 */
import { DAY, MINUTE } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { trustAnchors, type TrustAnchors } from '../pki/chain.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { type Anchor, readTrustFolder } from '../pki/trustFolder.ts'

/** A new generation or a withdrawn one takes effect after this at the latest (assumed). */
const reloadEveryMs = DAY
/** Certificates of unknown issuers make the platform look into the folder no more often than this (assumed). */
const doubtEveryMs = MINUTE

export type TrustedGeneration = { kind: CertificateKind; generation: number; fingerprint: string; trustedSince: number }

export type Trust = {
  /** A new object whenever anything changed, and the same one as long as nothing did. */
  anchors(): TrustAnchors
  generations(): TrustedGeneration[]
  /** Read the folder again; whether anything changed. A folder with a bad file is a 409 problem and changes nothing. */
  reload(): Promise<boolean>
  /** A certificate met here was signed by nobody trusted: perhaps by a new generation. Whether that is worth another look. */
  doubt(): Promise<boolean>
}

type Loaded = { anchors: TrustAnchors; generations: TrustedGeneration[] }

export const createTrust = (site: Site, folder: string): Trust => {
  let loaded: Loaded = { anchors: trustAnchors([]), generations: [] }
  let doubtFrom = 0

  const read = (): Anchor[] => {
    try {
      return readTrustFolder(folder)
    } catch (cause) {
      if (!(cause instanceof MalformedError)) throw cause
      throw new Problem(409, 'bad-trust-folder', `the trust folder was left aside: ${cause.message}`, { cause })
    }
  }

  const reload = async (): Promise<boolean> => {
    const found = read()
    const anchors = trustAnchors(found)
    const now = site.clock.now()
    const generations = found.map(({ kind, generation }, index) => {
      const fingerprint = anchors[index]?.certificate.fingerprint ?? ''
      const before = loaded.generations.find((known) => known.fingerprint === fingerprint && known.kind === kind)
      return { kind, generation, fingerprint, trustedSince: before?.trustedSince ?? now }
    })
    const named = (all: TrustedGeneration[]) => all.map(({ kind, fingerprint }) => `${kind} ${fingerprint}`).join('\n')
    if (named(generations) === named(loaded.generations)) return false
    loaded = { anchors, generations }
    await site.journal.append(
      'configuration',
      { what: 'trust-anchors', generations: generations.map(({ kind, generation }) => `${kind} ${generation}`) },
      // Keys are fresh in every world, and so are their fingerprints.
      { request: JSON.stringify(generations) },
    )
    return true
  }

  /** What nobody waits for: a bad folder is told to the log, and the anchors stay as they are. */
  const reloadUnasked = async (): Promise<boolean> => {
    try {
      return await reload()
    } catch (error) {
      site.report(error)
      return false
    }
  }

  const everyDay = () => {
    site.clock.at(site.clock.now() + reloadEveryMs, async () => {
      await reloadUnasked()
      everyDay()
    })
  }
  everyDay()

  return {
    anchors: () => loaded.anchors,
    generations: () => loaded.generations,
    reload,
    doubt: async () => {
      const before = loaded.anchors
      if (site.clock.now() >= doubtFrom) {
        doubtFrom = site.clock.now() + doubtEveryMs
        await reloadUnasked()
      }
      return loaded.anchors !== before
    },
  }
}
