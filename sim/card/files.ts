/**
 * The elementary files (EF) of the JPKI application: what each holds and who may read it.
 *
 * Identifiers of certificates, keys and PINs: OpenSC card-jpki.c and jpki.h. EF 0006 and 0008: jpki/myna and
 * soltia48/myna-card, measured on real cards. EF 0016: soltia48/myna-card; that nobody may read it is assumed.
 */
import type { Eeprom } from './memory.ts'
import type { Purpose } from './pin.ts'

/** DF name (AID) of the JPKI application 公的個人認証AP (OpenSC card-jpki.c). */
export const JPKI_AID = 'D392F000260100000001'

type Named = { ja: string; en: string }
type DataFile = Named & {
  kind: 'data'
  /** `signature`: only after the signature password. */
  access: 'free' | 'signature' | 'never'
  content: (eeprom: Eeprom) => string
}

/** A file: data to read, a private key to sign with, or a PIN to verify. */
export type CardFile = DataFile | (Named & { kind: 'key' | 'pin'; purpose: Purpose })

/** Two flags and a zero byte; `8F` was seen for "present", `00` for "absent" is assumed. */
const presence = ({ certificates: { signature, authentication } }: Eeprom) =>
  `${signature ? '8F' : '00'}${authentication ? '8F' : '00'}00`

/** The files by identifier; the short identifier (SFI) is the low five bits. */
export const files: Readonly<Record<string, CardFile>> = {
  '0001': {
    ja: '署名用電子証明書',
    en: 'signature certificate',
    kind: 'data',
    access: 'signature',
    content: ({ certificates }) => certificates.signature ?? '',
  },
  '0002': {
    ja: '署名用CA証明書',
    en: 'signature CA certificate',
    kind: 'data',
    access: 'free',
    content: ({ caCertificates }) => caCertificates.signature ?? '',
  },
  '0006': {
    ja: 'トークン情報',
    en: 'token information',
    kind: 'data',
    access: 'free',
    content: ({ tokenInfo }) => tokenInfo,
  },
  '0008': { ja: '証明書の有無', en: 'certificates present', kind: 'data', access: 'free', content: presence },
  '000A': {
    ja: '利用者証明用電子証明書',
    en: 'authentication certificate',
    kind: 'data',
    access: 'free',
    content: ({ certificates }) => certificates.authentication ?? '',
  },
  '000B': {
    ja: '利用者証明用CA証明書',
    en: 'authentication CA certificate',
    kind: 'data',
    access: 'free',
    content: ({ caCertificates }) => caCertificates.authentication ?? '',
  },
  '0016': { ja: '特定機関認証用鍵', en: 'terminal CA key', kind: 'data', access: 'never', content: () => '' },
  '0017': { ja: '利用者証明用秘密鍵', en: 'authentication key', kind: 'key', purpose: 'authentication' },
  '0018': { ja: '認証用PIN (利用者証明用)', en: 'authentication PIN', kind: 'pin', purpose: 'authentication' },
  '001A': { ja: '署名用秘密鍵', en: 'signature key', kind: 'key', purpose: 'signature' },
  '001B': { ja: '署名用パスワード', en: 'signature password', kind: 'pin', purpose: 'signature' },
}

/** Where a certificate, key and PIN of one purpose are. */
export const fileOf: Readonly<
  Record<Purpose, { certificate: string; caCertificate: string; key: string; pin: string }>
> = {
  authentication: { certificate: '000A', caCertificate: '000B', key: '0017', pin: '0018' },
  signature: { certificate: '0001', caCertificate: '0002', key: '001A', pin: '001B' },
}

/** The identifier of the file with this short identifier. */
export const fileIdOfSfi = (sfi: number) => sfi.toString(16).toUpperCase().padStart(4, '0')
