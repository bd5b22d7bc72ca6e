/** The commands that open or change something: VERIFY, CHANGE REFERENCE DATA, and the simulated terminal. */
import type { Command } from './apdu.ts'
import type { Outcome } from './fileCommand.ts'
import { files } from './files.ts'
import type { Memory } from './memory.ts'
import { freshPin, isAcceptablePin, maxTries, pinLength, type Pin, type Purpose } from './pin.ts'
import { statusWords, triesLeftWord } from './statusWord.ts'

const textOf = (data: string) => Buffer.from(data, 'hex').toString('latin1')

const withPin = ({ eeprom, ram }: Memory, purpose: Purpose, pin: Pin, verified: boolean): Memory => ({
  eeprom: { ...eeprom, pins: { ...eeprom.pins, [purpose]: pin } },
  ram: { ...ram, verified: { ...ram.verified, [purpose]: verified } },
})

/** Runs a command on the PIN whose EF is selected (P2 80), which is the only way these cards name a PIN. */
const onSelectedPin = ({ ram }: Memory, run: (purpose: Purpose) => Outcome): Outcome => {
  if (ram.file === null) return { response: statusWords.noCurrentFile }
  const file = files[ram.file]
  return file?.kind === 'pin' ? run(file.purpose) : { response: statusWords.incompatibleFile }
}

const compare = (memory: Memory, purpose: Purpose, value: string): Outcome => {
  const pin = memory.eeprom.pins[purpose]
  if (!pin) return { response: statusWords.referenceDataNotUsable }
  if (pin.triesLeft === 0) return { response: memory.eeprom.blockedStatusWord }
  if (value === pin.value) {
    const restored = { ...pin, triesLeft: maxTries[purpose] }
    return { ...withPin(memory, purpose, restored, true), response: statusWords.success }
  }
  const triesLeft = pin.triesLeft - 1
  // that a wrong try also takes back an earlier right one is assumed
  return { ...withPin(memory, purpose, { ...pin, triesLeft }, false), response: triesLeftWord(triesLeft) }
}

/**
 * VERIFY `00 20 00 80`: without data it tells the tries left, always as `63Cx`, because OpenSC does not recognise a card
 * that answers anything else (card-jpki.c). The exhausting try answers `63C0`, every later one is refused.
 */
export const verify = (memory: Memory, { p1, p2, data, le }: Command): Outcome => {
  if (p1 !== 0x00 || p2 !== 0x80) return { response: statusWords.wrongParameters }
  if (le !== null || data.length > 2 * pinLength.signature.max) return { response: statusWords.wrongLength }
  return onSelectedPin(memory, (purpose) =>
    data === ''
      ? { response: triesLeftWord(memory.eeprom.pins[purpose]?.triesLeft ?? 0) }
      : compare(memory, purpose, textOf(data)),
  )
}

/** CHANGE REFERENCE DATA `00 24 01 80`: sets a new value for a verified PIN (jpki/myna). */
export const changeReferenceData = (memory: Memory, { p1, p2, data, le }: Command): Outcome => {
  if (p1 !== 0x01 || p2 !== 0x80) return { response: statusWords.wrongParameters }
  if (le !== null || data === '') return { response: statusWords.wrongLength }
  return onSelectedPin(memory, (purpose) => {
    if (!memory.ram.verified[purpose]) return { response: statusWords.securityNotSatisfied }
    const { min, max } = pinLength[purpose]
    const value = textOf(data)
    if (value.length < min || value.length > max) return { response: statusWords.wrongLength }
    if (!isAcceptablePin(purpose, value)) return { response: statusWords.wrongData }
    return { ...withPin(memory, purpose, freshPin(purpose, value), true), response: statusWords.success }
  })
}

/**
 * Use without a PIN by a trusted terminal 特定機関認証 — SIMULATED, NOT THE REAL PROTOCOL.
 *
 * A real card checks the terminal's card-verifiable certificate; those commands are unpublished. Here `80 A2 00 00 Lc key`
 * shows the key that was written at personalisation, after which the authentication key works without its PIN until reset
 * or SELECT. A card without that key does not know the instruction.
 */
export const presentTerminal = (memory: Memory, { p1, p2, data, le }: Command): Outcome => {
  const { terminalKey } = memory.eeprom
  if (terminalKey === null) return { response: statusWords.unknownInstruction }
  if (p1 !== 0x00 || p2 !== 0x00) return { response: statusWords.wrongParameters }
  if (le !== null || data === '') return { response: statusWords.wrongLength }
  if (data !== terminalKey.toUpperCase()) return { response: statusWords.terminalRefused }
  return { ram: { ...memory.ram, terminalAccepted: true }, response: statusWords.success }
}
