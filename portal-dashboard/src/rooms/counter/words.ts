/** The register's words for how a resident stands, and the names of certificates. */
import { m } from '../../paraglide/messages.js'

const standings: Readonly<Record<string, () => string>> = {
  registered: m.standing_registered,
  arriving: m.standing_arriving,
  departed: m.standing_departed,
  abroad: m.standing_abroad,
  dead: m.people_dead,
}

/** A word of the register that has no translation is shown as it is. */
export const standingWords = (state: string) => standings[state]?.() ?? state

export const kindWords = (kind: 'signature' | 'authentication') =>
  kind === 'signature' ? m.kind_signature() : m.kind_authentication()
