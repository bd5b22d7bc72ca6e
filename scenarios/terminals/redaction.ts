/** Keeps PINs out of the terminals' journal: what is written there instead of the bodies that hold them. */
import { z } from 'zod'
import {
  pinChangeAnswer,
  playablePeople,
  playablePerson,
  proofAnswer,
  signingAnswer,
} from '../../sim/messages/terminal.ts'

const secret: ReadonlySet<string> = new Set([
  'pin',
  'password',
  'oldValue',
  'newValue',
  'authenticationPin',
  'signaturePassword',
])

const json = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** RFC 9457, of a type of this testbed: it never repeats a value. */
const problem = z.strictObject({
  type: z.string().startsWith('urn:common-id-testbed:problem:'),
  status: z.number(),
  detail: z.string(),
  errors: z.array(z.unknown()).optional(),
})
const isProblem = (value: unknown) => problem.safeParse(value).success

const answers = [proofAnswer, signingAnswer, pinChangeAnswer]

/** An answer or a problem stays. Of a request only what stands beside the PIN in its right place is kept: a misspelt field may be a PIN. */
export const withoutPin =
  (kept: readonly string[]) =>
  (body: string): string => {
    const value = json(body)
    if (!isRecord(value)) return '(not kept)'
    if (isProblem(value) || answers.some((answer) => answer.safeParse(value).success)) return body
    const known = Object.entries(value).filter(([field]) => kept.includes(field))
    return JSON.stringify({
      ...Object.fromEntries(known),
      ...(known.length < Object.keys(value).length && { pin: '**' }),
    })
  }

/** People are shown with their test PINs, which the journal need not repeat. */
export const withoutIssuedPins = (body: string): string => {
  const value = json(body)
  const isPeople = playablePerson.safeParse(value).success || playablePeople.safeParse(value).success
  if (body === '' || isProblem(value)) return body
  if (!isPeople) return '(not kept)'
  return JSON.stringify(value, (field, inner: unknown) => (secret.has(field) ? '**' : inner))
}
