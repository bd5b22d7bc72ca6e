/** What the card remembers: EEPROM, which survives everything, and RAM, which a reset clears. */
import type { CardKey } from './key.ts'
import { freshPin, type Pin, type Purpose } from './pin.ts'
import { buildTokenInfo, readTokenInfo } from './tokenInfo.ts'

/** What VERIFY may answer once a PIN is blocked: unpublished, so an option; that 6984 comes first is assumed. */
export type BlockedStatusWord = '6984' | '6983' | '63C0'

type PerPurpose = Partial<Record<Purpose, string | null>>

/** What personalisation writes. Null means "not on this card"; a resident under 15 has nothing for signature. */
export type CardContents = {
  authenticationPin: string | null
  signaturePassword: string | null
  /** Which kind both keys are of; EF 0006 tells terminals. */
  keyAlgorithm: CardKey
  /** Base64 of PKCS#8 DER. */
  privateKeys: PerPurpose
  /** Hex of DER. */
  certificates: PerPurpose
  /** Hex of DER. */
  caCertificates: PerPurpose
  /** 16 characters, shown in EF 0006. */
  serialNumber: string
  /** Hex; the simulated terminal key that replaces the authentication PIN (see pinCommand.ts), null switches it off. */
  terminalKey: string | null
  blockedStatusWord: BlockedStatusWord
}

export type Eeprom = {
  pins: Record<Purpose, Pin | null>
  keyAlgorithm: CardKey
  privateKeys: Record<Purpose, string | null>
  certificates: Record<Purpose, string | null>
  caCertificates: Record<Purpose, string | null>
  tokenInfo: string
  terminalKey: string | null
  blockedStatusWord: BlockedStatusWord
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
  keyAlgorithm: 'rsa-2048',
  privateKeys: { authentication: null, signature: null },
  certificates: { authentication: null, signature: null },
  caCertificates: { authentication: null, signature: null },
  tokenInfo: buildTokenInfo('0000000000000000', 'rsa-2048'),
  terminalKey: null,
  blockedStatusWord: '6984',
}

const pinFrom = (purpose: Purpose, value: string | null | undefined, before: Pin | null) =>
  value === undefined ? before : value === null ? null : freshPin(purpose, value)

const tokenInfoFrom = (eeprom: Eeprom, { serialNumber, keyAlgorithm }: Partial<CardContents>) => {
  const { serialNumber: before } = readTokenInfo(Buffer.from(eeprom.tokenInfo, 'hex'))
  return buildTokenInfo(serialNumber ?? before, keyAlgorithm ?? eeprom.keyAlgorithm)
}

/** Both keys are of one kind: a card that is given the other kind loses what it had. */
const keysThatStay = (eeprom: Eeprom, { keyAlgorithm = eeprom.keyAlgorithm }: Partial<CardContents>) =>
  keyAlgorithm === eeprom.keyAlgorithm ? eeprom.privateKeys : blankEeprom.privateKeys

/** EEPROM with the given contents written over it; what is not given stays. Throws on a PIN that may not be set. */
export const writeContents = (eeprom: Eeprom, contents: Partial<CardContents>): Eeprom => ({
  pins: {
    authentication: pinFrom('authentication', contents.authenticationPin, eeprom.pins.authentication),
    signature: pinFrom('signature', contents.signaturePassword, eeprom.pins.signature),
  },
  keyAlgorithm: contents.keyAlgorithm ?? eeprom.keyAlgorithm,
  privateKeys: { ...keysThatStay(eeprom, contents), ...contents.privateKeys },
  certificates: { ...eeprom.certificates, ...contents.certificates },
  caCertificates: { ...eeprom.caCertificates, ...contents.caCertificates },
  tokenInfo: tokenInfoFrom(eeprom, contents),
  terminalKey: contents.terminalKey === undefined ? eeprom.terminalKey : contents.terminalKey,
  blockedStatusWord: contents.blockedStatusWord ?? eeprom.blockedStatusWord,
})
