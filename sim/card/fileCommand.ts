/** SELECT and READ BINARY. */
import type { Command } from './apdu.ts'
import { fileIdOfSfi, files, JPKI_AID } from './files.ts'
import { emptyRam, type Memory } from './memory.ts'
import { statusWords } from './statusWord.ts'

/** What a command does: its response APDU and the parts of memory it changes. */
export type Outcome = Partial<Memory> & { response: string }

/** Selecting the application clears the security status (OpenSC card-jpki.c logs out this way). */
const selectApplication = ({ data, p2 }: Command): Outcome => {
  if (data === '') return { response: statusWords.wrongLength }
  // any other AID, also a beginning of ours, must be unknown: a card that knows too many is taken for another make
  if (data !== JPKI_AID) return { response: statusWords.notFound }
  if (p2 !== 0x0c) return { response: statusWords.wrongParameters }
  return { ram: { ...emptyRam, application: 'jpki' }, response: statusWords.success }
}

const selectFile = ({ ram }: Memory, { data, p2 }: Command): Outcome => {
  if (ram.application === null) return { response: statusWords.noCurrentFile } // assumed: jpki/myna's dummy card
  if (p2 !== 0x0c) return { response: statusWords.wrongParameters }
  if (data.length !== 4) return { response: statusWords.wrongLength }
  if (!files[data]) return { response: statusWords.notFound }
  return { ram: { ...ram, file: data }, response: statusWords.success }
}

/** SELECT `00 A4`: the application by name (P1 04), a file by identifier (P1 02). */
export const select = (memory: Memory, command: Command): Outcome => {
  if (command.p1 === 0x04) return selectApplication(command)
  if (command.p1 === 0x02) return selectFile(memory, command)
  // the master file: no effect inside an application, refused outside (measured by soltia48/myna-card)
  if (command.p1 === 0x00 && memory.ram.application) return { response: statusWords.success }
  return { response: statusWords.wrongParameters }
}

/** The file and the offset a READ BINARY means: P1 with bit 8 carries a short identifier, else 15 bits of offset. */
const placeToRead = ({ ram }: Memory, { p1, p2 }: Command) => {
  if (p1 < 0x80) return { id: ram.file, offset: p1 * 256 + p2 }
  const sfi = p1 - 0x80
  // bits 7 and 6 are reserved and 0 and 31 are no short identifiers (ISO/IEC 7816-4 READ BINARY)
  return sfi >= 1 && sfi <= 30 ? { id: fileIdOfSfi(sfi), offset: p2 } : null
}

/** READ BINARY `00 B0`: up to Le bytes, fewer at the end of the file. */
export const readBinary = (memory: Memory, command: Command): Outcome => {
  if (command.data !== '' || command.le === null) return { response: statusWords.wrongLength }
  const place = placeToRead(memory, command)
  if (!place) return { response: statusWords.wrongParameters }
  const { id, offset } = place
  if (id === null) return { response: statusWords.noCurrentFile }
  const file = files[id]
  if (!file) return { response: statusWords.notFound }
  const ram = { ...memory.ram, file: id }
  if (file.kind !== 'data') return { ram, response: statusWords.incompatibleFile }
  if (file.access === 'never') return { ram, response: statusWords.securityNotSatisfied }
  if (file.access === 'signature' && !ram.verified.signature) return { ram, response: statusWords.securityNotSatisfied }
  const bytes = file.content(memory.eeprom).slice(2 * offset, 2 * (offset + command.le))
  return bytes === '' ? { ram, response: statusWords.pastEnd } : { ram, response: bytes + statusWords.success }
}
