/** Which classes of data an APDU and its response carry, for the privacy matrix; certificates come in pieces, each counted. */
import type { Carried } from '../core/dataClass.ts'
import { ins, parseCommand, parseResponse } from './apdu.ts'
import { statusWords } from './statusWord.ts'

const ofFile: Readonly<Record<string, readonly string[]>> = {
  '0001': ['address', 'certificate', 'date-of-birth', 'name', 'sex'],
  '000A': ['certificate'],
}

/** `file`: the EF that was current when the card answered, four hex digits. */
export const carriedBy = (apdu: string, response: string, file: string | null): Carried => {
  const command = parseCommand(apdu)
  // what the card cannot read may hold a PIN all the same: a VERIFY with extended length, say
  if ('error' in command) return { request: /^(00|80)2[04].{6}/i.test(apdu) ? ['pin'] : [], response: [] }
  const succeeded = parseResponse(response).statusWord === statusWords.success
  const takesPin = command.ins === ins.verify || command.ins === ins.changeReferenceData
  const reads = command.ins === ins.readBinary && succeeded && file !== null
  const signs = command.ins === ins.computeDigitalSignature && succeeded
  return {
    request: takesPin && command.data !== '' ? ['pin'] : [],
    response: reads ? (ofFile[file] ?? []) : signs ? ['signature'] : [],
  }
}
