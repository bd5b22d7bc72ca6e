/** What the card remembers: EEPROM, which survives everything, and RAM, which a reset clears. */
import { freshPin, type Pin, type Purpose } from './pin.ts'
import { buildTokenInfo } from './tokenInfo.ts'

type PerPurpose = Partial<Record<Purpose, string | null>>

/** What personalisation writes. Null means "not on this card"; a resident under 15 has nothing for signature. */
export type CardContents = {
  authenticationPin: string | null
  signaturePassword: string | null
  /** Base64 of PKCS#8 DER, RSA-2048. */
  privateKeys: PerPurpose
  /** Hex of DER. */
  certificates: PerPurpose
  /** Hex of DER. */
  caCertificates: PerPurpose
  /** 16 characters, shown in EF 0006. */
  serialNumber: string
  /** Hex; the simulated terminal key that replaces the authentication PIN (see pinCommand.ts), null switches it off. */
  terminalKey: string | null
  /** What VERIFY answers once a PIN is blocked: unpublished, so an option; 6984 is assumed. */
  blockedStatusWord: '6983' | '6984'
}

export type Eeprom = {
  pins: Record<Purpose, Pin | null>
  privateKeys: Record<Purpose, string | null>
  certificates: Record<Purpose, string | null>
  caCertificates: Record<Purpose, string | null>
  tokenInfo: string
  terminalKey: string | null
  blockedStatusWord: '6983' | '6984'
}

export type Ram = {
  application: 'jpki' | null
  /** Identifier of the current EF, four hex digits. */
  file: string | null
  verified: Record<Purpose, boolean>
  terminalAccepted: boolean
}

export type Memory = { eeprom: Eeprom; ram: Ram }

/** RAM after a reset: nothing selected, nothing verified. */
export const emptyRam: Ram = {
  application: null,
  file: null,
  verified: { authentication: false, signature: false },
  terminalAccepted: false,
}

/** EEPROM as it leaves the factory. */
export const blankEeprom: Eeprom = {
  pins: { authentication: null, signature: null },
  privateKeys: { authentication: null, signature: null },
  certificates: { authentication: null, signature: null },
  caCertificates: { authentication: null, signature: null },
  tokenInfo: buildTokenInfo('0000000000000000'),
  terminalKey: null,
  blockedStatusWord: '6984',
}

const pinFrom = (purpose: Purpose, value: string | null | undefined, before: Pin | null) =>
  value === undefined ? before : value === null ? null : freshPin(purpose, value)

/** EEPROM with the given contents written over it; what is not given stays. Throws on a PIN that may not be set. */
export const writeContents = (eeprom: Eeprom, contents: Partial<CardContents>): Eeprom => ({
  pins: {
    authentication: pinFrom('authentication', contents.authenticationPin, eeprom.pins.authentication),
    signature: pinFrom('signature', contents.signaturePassword, eeprom.pins.signature),
  },
  privateKeys: { ...eeprom.privateKeys, ...contents.privateKeys },
  certificates: { ...eeprom.certificates, ...contents.certificates },
  caCertificates: { ...eeprom.caCertificates, ...contents.caCertificates },
  tokenInfo: contents.serialNumber === undefined ? eeprom.tokenInfo : buildTokenInfo(contents.serialNumber),
  terminalKey: contents.terminalKey === undefined ? eeprom.terminalKey : contents.terminalKey,
  blockedStatusWord: contents.blockedStatusWord ?? eeprom.blockedStatusWord,
})
