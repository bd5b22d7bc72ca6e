/** Says in words what a command asked and what the card answered, for traces; never shows a PIN. */
import { ins, parseCommand, parseResponse, type ApduError, type Command } from './apdu.ts'
import { fileIdOfSfi, files, JPKI_AID } from './files.ts'
import { redact } from './masking.ts'
import { meaningOf } from './statusWord.ts'

export type Text = { ja: string; en: string }
export type Exchange = { command: string; response: string }

const UNKNOWN: Text = { ja: '不明なファイル', en: 'unknown file' }
const CURRENT: Text = { ja: '選択中のファイル', en: 'the current file' }

const nameOf = (id: string | null): Text => (id === null ? CURRENT : (files[id] ?? UNKNOWN))

const labelled = (label: string, { ja, en }: Text, rest = ''): Text => ({
  ja: `${label} ${ja}${rest}`,
  en: `${label} ${en}${rest}`,
})

/** The EF a command makes current: SELECT by identifier or READ BINARY by short identifier. */
const fileSelectedBy = ({ ins: instruction, p1, data }: Command) => {
  if (instruction === ins.select && p1 === 0x02) return data
  if (instruction === ins.readBinary && p1 > 0x80) return fileIdOfSfi(p1 - 0x80)
  return null
}

/** What P1 of COMPUTE DIGITAL SIGNATURE asks beside plain PKCS #1 padding (soltia48/myna-card). */
const paddingOf: Readonly<Record<number, string>> = {
  0x01: ' (PKCS #1, SHA-256 on card)',
  0x02: ' (PKCS #1, DigestInfo on card)',
  0x03: ' (PKCS #1, SHA-256 + DigestInfo on card)',
  0x04: ' (PSS)',
  0x05: ' (PSS, SHA-256 on card)',
}

/** `isShown`: no part of the command can be a PIN that a broken byte led astray (masking.ts). */
type Situation = { currentFile: string | null; isShown: boolean }

const describeCommand = (command: Command, { currentFile, isShown }: Situation): Text => {
  const { p1, p2, data, le } = command
  switch (command.ins) {
    case ins.select:
      if (!isShown) return labelled('SELECT', { ja: '未知の指定', en: 'in an unknown way' })
      if (p1 === 0x02) return labelled('SELECT', nameOf(data), ` (${data})`)
      if (p1 === 0x04 && data === JPKI_AID) return labelled('SELECT', { ja: '公的個人認証AP', en: 'JPKI application' })
      if (p1 === 0x04) return labelled('SELECT', { ja: '他のAP', en: 'another application' }, ` (${data})`)
      return labelled('SELECT', { ja: 'MF', en: 'the master file' })
    case ins.readBinary: {
      const offset = p1 < 0x80 ? p1 * 256 + p2 : p2
      const place = isShown ? ` [${offset}, ${le ?? 0}]` : ''
      return labelled('READ BINARY', nameOf(fileSelectedBy(command) ?? currentFile), place)
    }
    case ins.verify:
      if (data !== '') return labelled('VERIFY', nameOf(currentFile), ' ****')
      return labelled('VERIFY', nameOf(currentFile), ' ?')
    case ins.changeReferenceData:
      return labelled('CHANGE REFERENCE DATA', nameOf(currentFile), ' ****')
    case ins.computeDigitalSignature:
      return labelled(
        'COMPUTE DIGITAL SIGNATURE',
        nameOf(p2 === 0x80 ? currentFile : fileIdOfSfi(p2 - 0x80)),
        paddingOf[p1] ?? '',
      )
    case ins.presentTerminal:
      return labelled('PRESENT TERMINAL', { ja: '特定機関認証 (模擬)', en: 'trusted terminal (simulated)' }, ' ****')
    default:
      return { ja: '未知の命令', en: 'unknown instruction' }
  }
}

const unreadable = ({ error }: ApduError): Text =>
  error === 'extended length'
    ? { ja: '拡張長のAPDU', en: 'APDU of extended length' }
    : { ja: 'APDUではない', en: 'not an APDU' }

/**
 * One exchange in words, as `VERIFY 認証用PIN (利用者証明用) **** → 9000 正常終了`.
 * VERIFY and others work on the current EF, which the APDU does not name: give it, or use `explainTrace`.
 */
export const explain = (command: string, response: string, currentFile: string | null = null): Text => {
  const parsed = parseCommand(command)
  const isShown = redact(command) === command.toUpperCase()
  const asked = 'error' in parsed ? unreadable(parsed) : describeCommand(parsed, { currentFile, isShown })
  const { statusWord } = parseResponse(response)
  const meaning = meaningOf(statusWord)
  return { ja: `${asked.ja} → ${statusWord} ${meaning.ja}`, en: `${asked.en} -> ${statusWord} ${meaning.en}` }
}

/** Puts one exchange after the other into words, and follows which EF is current; `reset` when the card loses power. */
export const createExplainer = () => {
  let currentFile: string | null = null
  return {
    exchange: ({ command, response }: Exchange): Text => {
      const text = explain(command, response, currentFile)
      const parsed = parseCommand(command)
      if ('error' in parsed) return text
      const accepted = parseResponse(response).statusWord === '9000'
      if (accepted && parsed.ins === ins.select && parsed.p1 === 0x04) currentFile = null
      if (accepted) currentFile = fileSelectedBy(parsed) ?? currentFile
      return text
    },
    reset: () => {
      currentFile = null
    },
  }
}

/** A whole session in words; follows which EF is current. */
export const explainTrace = (exchanges: readonly Exchange[]): Text[] => {
  const explainer = createExplainer()
  return exchanges.map(explainer.exchange)
}
