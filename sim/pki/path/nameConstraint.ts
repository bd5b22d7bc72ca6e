/** Whether the names of a certificate lie inside the subtrees its CAs permit and outside those they exclude (RFC 5280 section 4.2.1.10). */
import { type Element, primitive } from '../der.ts'
import { ascii } from '../derValue.ts'
import { type GeneralName } from '../generalName.ts'
import { MalformedError } from '../malformed.ts'
import { isWithin, type ReadName } from '../name.ts'
import type { Certificate } from '../parsedCertificate.ts'
import type { Budget } from './budget.ts'
import type { NameConstraints } from './pathExtension.ts'
import { isHostName, isMailbox, isUnder, uriHost } from './hostName.ts'

const emailAddress = '1.2.840.113549.1.9.1'

/** A name as constraints see it; `other` are the forms this validator does not compare. */
type Value =
  | { readonly form: 'email' | 'dns' | 'uri'; readonly text: string }
  | { readonly form: 'directory'; readonly name: ReadName }
  | { readonly form: 'ip'; readonly bytes: Uint8Array }
  | { readonly form: 'other'; readonly tag: number }

function valueOf({ element, directory }: GeneralName): Value {
  if (directory) return { form: 'directory', name: directory }
  const text = (of: Element) => ascii(of, 'general name')
  if (element.tag === primitive(1)) return { form: 'email', text: text(element) }
  if (element.tag === primitive(2)) return { form: 'dns', text: text(element).toLowerCase() }
  if (element.tag === primitive(6)) return { form: 'uri', text: text(element) }
  if (element.tag === primitive(7)) return { form: 'ip', bytes: element.content }
  return { form: 'other', tag: element.tag }
}

/** An address and a mask of ones followed by zeros, as RFC 4632 has it. */
function isSubnet(bytes: Uint8Array): boolean {
  if (bytes.length !== 8 && bytes.length !== 32) return false
  const mask = [...bytes.subarray(bytes.length / 2)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(mask)
}

/** Whether a base says what a subtree of its form may say; one that does not makes its CA's certificate unusable. */
function isWellFormed(base: Value): boolean {
  if (base.form === 'dns') return base.text === '' || isHostName(base.text)
  if (base.form === 'ip') return isSubnet(base.bytes)
  if (base.form === 'email')
    return base.text.includes('@') ? isMailbox(base.text) : isHostName(base.text.replace(/^\./, ''))
  if (base.form === 'uri') return isHostName(base.text.toLowerCase().replace(/^\./, ''))
  return true
}

/** Whether a name itself has the syntax of its form: one that has not cannot be compared (RFC 5280 section 4.2.1.6). */
function isComparable(name: Value): boolean {
  if (name.form === 'dns') return isHostName(name.text.replace(/^\*\./, ''))
  if (name.form === 'ip') return name.bytes.length === 4 || name.bytes.length === 16
  if (name.form === 'email') return isMailbox(name.text)
  return name.form !== 'uri' || uriHost(name.text) !== undefined
}

/** A constraint on hosts: `.example.com` for all below it, `example.com` for that host alone. */
const matchesHost = (host: string, base: string) =>
  base.startsWith('.') ? host.endsWith(base) && host.length > base.length : host === base

function matchesEmail(mailbox: string, base: string): boolean {
  const at = mailbox.lastIndexOf('@')
  const host = mailbox.slice(at + 1).toLowerCase()
  const baseAt = base.lastIndexOf('@')
  if (baseAt < 0) return matchesHost(host, base.toLowerCase())
  return mailbox.slice(0, at) === base.slice(0, baseAt) && host === base.slice(baseAt + 1).toLowerCase()
}

function matchesIp(address: Uint8Array, subnet: Uint8Array): boolean {
  const { length } = address
  if (subnet.length !== 2 * length) return false
  return address.every(
    (byte, i) => (byte & (subnet[length + i] ?? 0)) === ((subnet[i] ?? 0) & (subnet[length + i] ?? 0)),
  )
}

/** Whether the name lies wholly inside the subtree. */
function isInside(name: Value, base: Value): boolean {
  if (name.form === 'directory' && base.form === 'directory') return isWithin(name.name, base.name)
  if (name.form === 'dns' && base.form === 'dns') return isUnder(name.text.replace(/^\*\./, ''), base.text)
  if (name.form === 'email' && base.form === 'email') return matchesEmail(name.text, base.text)
  if (name.form === 'ip' && base.form === 'ip') return matchesIp(name.bytes, base.bytes)
  if (name.form === 'uri' && base.form === 'uri') return matchesHost(uriHost(name.text) ?? '', base.text.toLowerCase())
  return false
}

/** Whether any part of the name lies inside: a wildcard stands also for the one name that a longer base means. */
const touches = (name: Value, base: Value): boolean =>
  isInside(name, base) ||
  (name.form === 'dns' &&
    base.form === 'dns' &&
    name.text.startsWith('*.') &&
    base.text.slice(base.text.indexOf('.') + 1) === name.text.slice(2) &&
    base.text.includes('.'))

const sameForm = (a: Value, b: Value) =>
  a.form === b.form && (a.form !== 'other' || (b.form === 'other' && a.tag === b.tag))

/** All names that constraints speak of: the subject, alternative names, and an e-mail address in the subject where no alternative name is one. */
function namesOf({ subjectName, altNames = [] }: Certificate): Value[] {
  const values = altNames.map(valueOf)
  const legacy = values.some(({ form }) => form === 'email') ? [] : subjectName.values(emailAddress)
  return [
    ...(subjectName.isEmpty ? [] : [{ form: 'directory' as const, name: subjectName }]),
    ...values,
    ...legacy.map((text) => ({ form: 'email' as const, text })),
  ]
}

/** Collects the constraints of a path from its anchor down, and holds names to them (6.1.3 (b) and (c), 6.1.4 (g)). */
export function createNameConstraints(budget: Budget) {
  /** Each CA's permitted subtrees: a name must lie in one of each. */
  const permitted: Value[][] = []
  const excluded: Value[] = []

  return {
    add: ({ permitted: allow, excluded: forbid }: NameConstraints): void => {
      const bases = [...allow, ...forbid].map(valueOf)
      if (!bases.every(isWellFormed)) throw new MalformedError('name constraints: bad subtree')
      if (allow.length > 0) permitted.push(bases.slice(0, allow.length))
      excluded.push(...bases.slice(allow.length))
    },
    refusal: (certificate: Certificate): string | undefined => {
      const bases = excluded.length + permitted.reduce((sum, group) => sum + group.length, 0)
      if (bases === 0) return undefined
      const names = namesOf(certificate)
      budget.spend('comparison', names.length * bases)
      for (const name of names) {
        const groups = permitted
          .map((group) => group.filter((base) => sameForm(name, base)))
          .filter((group) => group.length > 0)
        const barred = excluded.filter((base) => sameForm(name, base))
        if (groups.length === 0 && barred.length === 0) continue
        // 4.2.1.10: a form that is constrained and not understood, or a name that cannot be compared, ends it.
        if (name.form === 'other' || !isComparable(name))
          return 'name of a constrained form cannot be compared (4.2.1.10)'
        if (barred.some((base) => touches(name, base))) return 'name excluded (6.1.3 (c))'
        if (groups.some((group) => !group.some((base) => isInside(name, base)))) return 'name not permitted (6.1.3 (b))'
      }
      return undefined
    },
  }
}

export type NameConstraintState = ReturnType<typeof createNameConstraints>
