import { expect, test } from 'vitest'
import {
  caName,
  crlDistributionPoint,
  kindOfPolicy,
  mediumOfPolicy,
  policiesOf,
  policyOid,
  residentName,
} from './profile.ts'
import { kiyose } from './testHierarchy.ts'
import { nameText } from './name.ts'

test.each(['JPKI', 'JPKI-TEST', 'jpki', ' JPKI ', 'ＪＰＫＩ'])(
  'nobody may configure the organization %j',
  (organization) => {
    expect(() => caName('signature', organization)).toThrow(RangeError)
    expect(() => crlDistributionPoint('signature', kiyose, organization)).toThrow(RangeError)
  },
)

test('names have the order and the words of the real ones, under an organization of our own', () => {
  expect(nameText(caName('authentication'))).toBe(
    'C=JP, O=JPKI-SIM, OU=JPKI for user authentication, OU=Japan Agency for Local Authority Information Systems',
  )
  expect(nameText(crlDistributionPoint('signature', kiyose))).toBe(
    'C=JP, O=JPKI-SIM, OU=JPKI for digital signature, OU=CRL Distribution Points, OU=Tokyo-to, CN=Kiyose-shi CRLDP',
  )
})

test('a signature subject says where and when, an authentication subject only who issued', () => {
  const issuedAt = Date.UTC(2026, 3, 1, 16)
  const common = { municipality: kiyose, subjectSequence: 1234567, issuedAt }
  expect(nameText(residentName({ ...common, kind: 'signature' }))).toBe(
    'C=JP, L=Tokyo-to, L=Kiyose-shi, CN=202604020100003456713221003A',
  )
  expect(nameText(residentName({ ...common, kind: 'authentication' }))).toMatch(/^C=JP, CN=[0-9A-F]{14}13221003A$/)
})

test('a policy tells the kind, under either arc', () => {
  expect(kindOfPolicy(policyOid('signature'))).toBe('signature')
  expect(kindOfPolicy(policyOid('authentication', 'jpki'))).toBe('authentication')
  expect(kindOfPolicy('2.5.29.32.0')).toBeUndefined()
  expect(policyOid('signature')).toMatch(/^1\.3\.6\.1\.4\.1\.32473\./)
})

test('a kind has a policy for the card and another for the smartphone', () => {
  expect(policiesOf('signature', 'jpki')).toEqual(['1.2.392.200149.8.5.1.1.20', '1.2.392.200149.8.5.1.1.40'])
  const all = [...policiesOf('signature'), ...policiesOf('authentication')]
  expect(all.map((policy) => [kindOfPolicy(policy), mediumOfPolicy(policy)])).toEqual([
    ['signature', 'card'],
    ['signature', 'smartphone'],
    ['authentication', 'card'],
    ['authentication', 'smartphone'],
  ])
})

test('a municipality code or a sequence that cannot be written is refused', () => {
  const common = { kind: 'signature', issuedAt: 0, subjectSequence: 1 } as const
  expect(() => residentName({ ...common, municipality: { ...kiyose, code: '1322' } })).toThrow(RangeError)
  expect(() => residentName({ ...common, municipality: kiyose, subjectSequence: 'x' })).toThrow(RangeError)
})
