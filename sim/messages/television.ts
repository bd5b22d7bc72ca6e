/** At the television: set-top box sessions, what is on the screen, and notices by address. */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { certificateBytes } from './certificate.ts'
import { address, id, instant, name } from './person.ts'
import { healthRecord } from './insurance.ts'
import { challengeIssued, refusal } from './verification.ts'

export const subscriber = z.strictObject({ subscriberNumber: id, name, address })
export const setTopBox = z.strictObject({ setTopBoxId: id, subscriberNumber: id })

/** A notice to a place (`area` is the beginning of addresses it concerns) or to one subscriber; `evacuation` comes first. Lengths are assumed. */
export const areaNotice = z.strictObject({
  noticeId: id,
  area: address,
  kind: z.enum(['municipal', 'disaster', 'evacuation']),
  title: z.string().max(100),
  text: z.string().max(1000),
  until: instant,
})
export const subscriberNotice = z.strictObject({
  noticeId: id,
  subscriberNumber: id,
  title: z.string().max(100),
  text: z.string().max(1000),
  /** What it is about at whoever sends it, e.g. a contract, so that something can be done about it at the television. */
  about: id.optional(),
})
/** Notices to places that are shown now, for whoever publishes them. */
export const areaNoticeList = z.strictObject({
  notices: z.array(z.strictObject({ ...areaNotice.shape, from: id.optional(), shownFrom: instant })),
})
/** A viewer has seen a notice that took over the screen. */
export const acknowledgement = z.strictObject({ noticeId: id })
export const noticesShown = z.strictObject({ setTopBoxes: z.number().int() })

export const sessionStarted = z.strictObject({ sessionId: id, state: z.string(), challenge: challengeIssued })

/** On first use at this operator the viewer agrees on the screen that the operator may fetch the notices. */
export const login = z.strictObject({
  certificate: certificateBytes,
  signature: bytes(1024),
  consentGiven: z.boolean().default(false),
})

const bothLanguages = z.strictObject({ ja: z.string(), en: z.string() })

/** `from` and `about` as their sender gave them; `from` is missing where nobody was recognised. */
const noticeOnScreen = z.strictObject({
  noticeId: id,
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  from: id.optional(),
  about: id.optional(),
  shownFrom: instant,
})

/**
 * What the set-top box shows. `health` is there only while its owner's card is in the reader, until `closesAt` unless somebody does
 * something; `lacks` is what the viewer may give on the screen (consent) or elsewhere (a link). While `takenOverBy` is there, that
 * notice covers everything until a viewer acknowledges it.
 */
export const screen = z.strictObject({
  sessionId: id.optional(),
  state: z.string(),
  refusal: refusal.optional(),
  remark: bothLanguages.optional(),
  lacks: z.enum(['link', 'consent']).optional(),
  closesAt: instant.optional(),
  health: z.strictObject({ addressee: name, ...healthRecord.shape }).optional(),
  takenOverBy: id.optional(),
  notices: z.array(noticeOnScreen),
})
