/** The fields before the extensions, certificate kind by certificate kind: what the real profile has and how ours differs. */
import type { FieldRow } from './profileSource.ts'

const version: FieldRow = { field: 'version', ja: 'バージョン', real: 'v3 (2)', source: 'ca' }
const signature: FieldRow = {
  field: 'signature',
  ja: '署名アルゴリズム',
  real: 'sha256WithRSAEncryption, parameters NULL',
  source: 'ca',
}
const rsaKey: FieldRow = {
  field: 'subjectPublicKeyInfo',
  ja: '公開鍵',
  real: 'rsaEncryption, parameters NULL, 2048 bits, exponent 65537',
  source: 'cards',
}
const residentSerial: FieldRow = {
  field: 'serialNumber',
  ja: '発行番号',
  real: 'positive INTEGER; one running number of 4 bytes for each CA, shared with its own certificates',
  ours: 'the same, from 08000000 on (start assumed); 16 random bytes as an option of the world',
  source: 'inferred',
}
const residentValidity: FieldRow = {
  field: 'validity',
  ja: '有効期間',
  real: 'UTCTime; issue to 145959Z (23:59:59 in Japan) of the fifth birthday, or the end of the card if earlier',
  source: 'cards',
}
const residentIssuer: FieldRow = {
  field: 'issuer',
  ja: '発行者',
  real: 'subject of its CA, byte for byte',
  source: 'cards',
}
const smartphone = (row: FieldRow): FieldRow => ({ ...row, source: 'assumed' })

const signatureSubject: FieldRow = {
  field: 'subject',
  ja: '主体者',
  real: 'C (PrintableString) JP, L prefecture, L city, CN time of request, 5 digits, municipality code, window (UTF8String)',
  ours: 'the same; the window 003A for all',
  source: 'cards',
}
const authenticationSubject: FieldRow = {
  field: 'subject',
  ja: '主体者',
  real: 'C (PrintableString) JP, CN 14 opaque characters, municipality code, window (UTF8String)',
  ours: 'the same; the characters are a digest of municipality and running number',
  source: 'cards',
}

const resident = (subject: FieldRow): readonly FieldRow[] => [
  version,
  residentSerial,
  signature,
  residentIssuer,
  residentValidity,
  subject,
  rsaKey,
]

const caName: FieldRow = {
  field: 'issuer',
  ja: '発行者',
  real: 'C=JP (PrintableString), O=JPKI, OU=JPKI for digital signature | user authentication, OU=Japan Agency for Local Authority Information Systems (UTF8String)',
  ours: 'O=JPKI-SIM; the same otherwise',
  source: 'ca',
}

export const fieldTable = {
  ca: [
    version,
    {
      field: 'serialNumber',
      ja: '発行番号',
      real: '01 in 2015, 0132C4AB and 0133C349 in 2019, 067C6A21 and 06D18006 in 2023',
      ours: 'running as well, from 06000000 on (start assumed)',
      source: 'ca',
    },
    signature,
    caName,
    {
      field: 'validity',
      ja: '有効期間',
      real: 'UTCTime; ten years, to 145959Z (23:59:59 in Japan); a new generation about every four years',
      source: 'ca',
    },
    { ...caName, field: 'subject', ja: '主体者' },
    { ...rsaKey, source: 'ca' },
  ],
  signature: resident(signatureSubject),
  authentication: resident(authenticationSubject),
  'smartphone-signature': resident(signatureSubject).map(smartphone),
  'smartphone-authentication': resident(authenticationSubject).map(smartphone),
  'ocsp-signer': [
    smartphone(version),
    { ...residentSerial, source: 'assumed' },
    smartphone(signature),
    { ...residentIssuer, source: 'rfc' },
    {
      field: 'validity',
      ja: '有効期間',
      real: 'not known',
      ours: 'UTCTime; at most 90 days, since nobody asks whether it was revoked',
      source: 'assumed',
    },
    { field: 'subject', ja: '主体者', real: 'not known', ours: 'the CA’s, and CN=OCSP Responder', source: 'assumed' },
    smartphone(rsaKey),
  ],
} as const satisfies Record<string, readonly FieldRow[]>

/** What can be switched, with what it changes and where it comes from. */
export const variants: readonly FieldRow[] = [
  {
    field: 'policyArc: jpki',
    ja: '実際のポリシーOID',
    real: '1.2.392.200149.8.5.1',
    ours: 'off: 1.3.6.1.4.1.32473.1, below the number kept for examples (RFC 5612)',
    source: 'profile',
  },
  {
    field: 'ocspUrl',
    ja: 'AIA拡張 (OCSPのURL)',
    real: 'none seen; the verifier knows the address by contract',
    ours: 'off; switched on it stands before the last extension',
    source: 'inferred',
  },
  {
    field: 'next card',
    ja: '次期個人番号カード',
    real: 'ECDSA P-384 with SHA-384; ten years to the tenth birthday, renewal from one year before',
    ours: 'off; the rest of the profile as today (assumed)',
    source: 'announced',
  },
]
