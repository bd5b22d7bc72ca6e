/** Prints the profile side by side, the real one and ours, with a freshly issued certificate of every kind: `npm run profile`. */
import {
  type Authority,
  issueCaCertificate,
  issueOcspSignerCertificate,
  issueResidentCertificate,
} from './certificate.ts'
import { certificateValidity } from './validity.ts'
import { fields, inner, readDer, tag } from './der.ts'
import { toHex } from './derValue.ts'
import { readExtensions } from './extension.ts'
import { exportPublicKey, generateKeyPair, keySigner } from './key.ts'
import type { CertificateKind, Medium } from './profile.ts'
import { fieldTable, variants } from './profileField.ts'
import { type FieldRow, sources } from './profileSource.ts'
import { type CertificateType, extensionFields } from './profileTable.ts'

const titles: Record<CertificateType, string> = {
  ca: 'CA証明書 · CA certificate (署名用 signature)',
  signature: '署名用電子証明書 · signature certificate',
  authentication: '利用者証明用電子証明書 · authentication certificate',
  'smartphone-signature': 'スマホ用 署名用電子証明書 · smartphone, signature',
  'smartphone-authentication': 'スマホ用 利用者証明用電子証明書 · smartphone, authentication',
  'ocsp-signer': 'OCSPレスポンダ証明書 · OCSP signer',
}

/** What is certified: a resident who does not exist, in a municipality whose code is not given to any. */
const municipality = { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' }
const person = {
  name: '見本　花子',
  dateOfBirth: '1990-05-05',
  sex: 'female',
  address: '見本県青葉野市中央一丁目１番１号',
} as const

/** 2026-04-01 10:00 in Japan. */
const issuedAt = Date.UTC(2026, 3, 1, 1)
const caEnd = Date.UTC(2036, 2, 31, 14, 59, 59)
const life = certificateValidity({ kind: 'signature', dateOfBirth: person.dateOfBirth, issuedAt })
const notAfter = life.result === 'ok' ? life.notAfter : issuedAt

const found = async (kind: CertificateKind): Promise<Authority> => {
  const keyPair = await generateKeyPair()
  const certificate = await issueCaCertificate({
    ...{ kind, keyPair, serialNumber: 0x08000000n, notBefore: issuedAt, notAfter: caEnd },
  })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}

const samples = async (): Promise<Record<CertificateType, Uint8Array>> => {
  const cas = { signature: await found('signature'), authentication: await found('authentication') }
  const publicKey = exportPublicKey((await generateKeyPair()).publicKey)
  const common = { serialNumber: 0x0800002an, publicKey, notBefore: issuedAt, municipality, subjectSequence: 42 }
  const resident = (kind: CertificateKind, medium: Medium) =>
    issueResidentCertificate({
      ...{ ...common, kind, medium, ca: cas[kind], notAfter },
      ...(kind === 'signature' && { basicFour: person }),
    })
  return {
    ca: cas.signature.certificate,
    signature: await resident('signature', 'card'),
    authentication: await resident('authentication', 'card'),
    'smartphone-signature': await resident('signature', 'smartphone'),
    'smartphone-authentication': await resident('authentication', 'smartphone'),
    'ocsp-signer': await issueOcspSignerCertificate({
      ...{ ...common, kind: 'signature', ca: cas.signature, notAfter: issuedAt + 90 * 24 * 60 * 60 * 1000 },
    }),
  }
}

/** DER of every field of the TBS, and of every extension's value. */
const valuesIn = (der: Uint8Array) => {
  const whole = fields(readDer(der, der.length), tag.sequence, 'certificate')
  const inside = fields(whole.next(tag.sequence, 'tbs'), tag.sequence, 'tbs')
  const before = fieldTable.ca.map(({ field }) => inside.any(field).bytes)
  return { before, extensions: readExtensions(inner(inside.any('extensions'), 'extensions')) }
}

const cell = (text: string) => text.replaceAll('|', '·')
const hexCell = (der: Uint8Array | undefined) => {
  const hex = toHex(der ?? new Uint8Array())
  return hex === '' ? '—' : hex.length > 96 ? `\`${hex.slice(0, 88)}…\` (${hex.length / 2} B)` : `\`${hex}\``
}

const line = (row: FieldRow & { critical?: boolean }, der: Uint8Array | undefined) => {
  const { ja, en, confidence } = sources[row.source]
  const name = `${row.ja} ${row.field}${row.critical ? ' **critical**' : ''}`
  const cells = [name, row.real, row.ours ?? '同じ the same', hexCell(der), `${ja} · ${en} (${confidence})`]
  return `| ${cells.map(cell).join(' | ')} |`
}

const heading = [
  '| 項目 field | 実物 real profile | 本実証 ours | 本実証の値 (DER) our value | 出典 source |',
  '| --- | --- | --- | --- | --- |',
]

const section = (type: CertificateType, der: Uint8Array): string[] => {
  const { before, extensions } = valuesIn(der)
  return [
    '',
    `## ${titles[type]} (${der.length} bytes)`,
    '',
    ...heading,
    ...fieldTable[type].map((row, index) => line(row, before[index])),
    ...extensionFields[type].map((row) => line(row, extensions.get(row.oid)?.value)),
  ]
}

const made = await samples()
const types: CertificateType[] = [
  ...(['ca', 'signature', 'authentication'] as const),
  ...(['smartphone-signature', 'smartphone-authentication', 'ocsp-signer'] as const),
]
console.log(
  [
    '# 証明書プロファイル対照表 · The certificate profile, side by side',
    ...types.flatMap((type) => section(type, made[type])),
    '',
    '## 切替え · switches',
    '',
    ...heading,
    ...variants.map((row) => line(row, undefined)),
  ].join('\n'),
)
