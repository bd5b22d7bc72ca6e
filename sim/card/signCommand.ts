/** COMPUTE DIGITAL SIGNATURE, the one thing the card is for. */
import type { Command } from './apdu.ts'
import type { Outcome } from './fileCommand.ts'
import { fileIdOfSfi, files } from './files.ts'
import { fits, isPadding, signatureBytes, signWithKey } from './key.ts'
import type { Memory } from './memory.ts'
import { statusWords } from './statusWord.ts'

/**
 * COMPUTE DIGITAL SIGNATURE `80 2A P1 P2 Lc data 00`: P1 the padding (key.ts), P2 `80` for the key whose EF is selected,
 * `97` for the authentication key, `9A` for the signature key. A PIN stays verified for any number of signatures, as
 * OpenSC card-jpki.c relies on; whether real cards ask anew for the signature key is unpublished. Le must have room for the signature.
 */
export const computeDigitalSignature = ({ eeprom, ram }: Memory, { p1, p2, data, le }: Command): Outcome => {
  const { keyAlgorithm } = eeprom
  if (!isPadding(keyAlgorithm, p1) || ![0x80, 0x97, 0x9a].includes(p2)) return { response: statusWords.wrongParameters }
  if (data === '' || le === null || le < signatureBytes[keyAlgorithm]) return { response: statusWords.wrongLength }
  const id = p2 === 0x80 ? ram.file : fileIdOfSfi(p2 - 0x80)
  if (id === null) return { response: statusWords.noCurrentFile }
  const file = files[id]
  if (file?.kind !== 'key') return { response: statusWords.incompatibleFile }
  const allowed = ram.verified[file.purpose] || (file.purpose === 'authentication' && ram.terminalAccepted)
  if (!allowed) return { response: statusWords.securityNotSatisfied }
  const privateKey = eeprom.privateKeys[file.purpose]
  if (privateKey === null) return { response: statusWords.keyNotFound }
  if (!fits(keyAlgorithm, p1, data.length / 2)) return { response: statusWords.wrongLength }
  const signature = signWithKey(privateKey, p1, Buffer.from(data, 'hex'))
  return { response: signature.toString('hex').toUpperCase() + statusWords.success }
}
