/** Who stands behind an authentication certificate: one subject through all renewals, and its pseudonym at each provider. */
import type { z } from 'zod'
import { SECOND } from '../core/clock.ts'
import { answer, once, Unreachable } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { CaApp } from '../ca/index.ts'
import type { successor } from '../messages/certificate.ts'
import type { Certificate } from '../pki/certificate.ts'
import type { PeopleStore, SubjectRow } from './store.ts'

/** For one unknown certificate the CA is asked about at most so many people (assumed). */
const mostAsked = 1000
/** Nobody renews more often than this between two uses (assumed); it also ends a circle. */
const mostRenewals = 20

export type Subjects = {
  /**
   * The subject of an accepted certificate, made if the person is new; `asOf` is when its status was good.
   * Undefined when the CA cannot be asked whether the certificate took the place of one we know.
   */
  of(certificate: Certificate, asOf: number): Promise<string | undefined>
  pseudonym(subjectId: string, provider: string): Promise<string>
}

export const createSubjects = (site: Site, store: PeopleStore): Subjects => {
  let turn: Promise<unknown> = Promise.resolve()

  const successorOf = async (serialNumber: string): Promise<string | undefined> => {
    const ca = site.network.connect<CaApp>('ca')
    const json = { kind: 'authentication', serialNumber } as const
    const found: z.output<typeof successor> = await answer(ca.successors.$post({ json }, once(site.random.id())))
    return found.successorSerialNumber
  }

  /** Follow a known person from certificate to certificate, remember them all, and return the last one's serial number. */
  const followed = async ({ subjectId, serialNumber: first }: SubjectRow): Promise<string> => {
    let serialNumber = first
    for (let renewals = 0; renewals < mostRenewals; renewals++) {
      const currentAt = site.clock.now()
      const successor = await successorOf(serialNumber)
      const isNew =
        successor !== undefined && (await store.renewSubject({ subjectId, serialNumber: successor, currentAt }))
      if (!isNew) {
        await store.noteCurrent(serialNumber, currentAt)
        break
      }
      serialNumber = successor
    }
    return serialNumber
  }

  /**
   * A certificate can only have taken the place of one that was not known to be current after it was issued. Only those
   * people are asked about, each once until a still newer unknown certificate appears.
   */
  const carriedOver = async ({ serialNumber, notBefore }: Certificate): Promise<string | undefined> => {
    // Certificates tell time in whole seconds, so the second of issue counts as before it.
    for (const candidate of await store.subjectsUnsureSince(notBefore + SECOND, mostAsked))
      if ((await followed(candidate)) === serialNumber) return candidate.subjectId
    return undefined
  }

  const resolve = async (certificate: Certificate, asOf: number): Promise<string | undefined> => {
    const { serialNumber } = certificate
    const known = await store.subjectBySerial(serialNumber)
    if (known !== undefined) return known
    try {
      const renewed = await carriedOver(certificate)
      if (renewed !== undefined) return renewed
    } catch (error) {
      if (error instanceof Unreachable || (error instanceof Problem && error.status >= 500)) return undefined
      throw error
    }
    await store.addSubject({ subjectId: `subject-${site.random.id()}`, serialNumber, currentAt: asOf })
    return store.subjectBySerial(serialNumber)
  }

  return {
    of: async (certificate, asOf) => {
      const known = await store.subjectBySerial(certificate.serialNumber)
      if (known !== undefined) {
        await store.noteCurrent(certificate.serialNumber, asOf)
        return known
      }
      const mine = turn.then(() => resolve(certificate, asOf))
      turn = mine.catch(() => undefined)
      return mine
    },
    pseudonym: (subjectId, provider) => store.accountOf(subjectId, provider, `account-${site.random.id()}`),
  }
}
