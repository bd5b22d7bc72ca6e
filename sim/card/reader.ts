/** What a terminal does with a card: JPKI operations over any way of sending APDUs, in as few of them as possible. */
import { createHash } from 'node:crypto'
import type { Signer } from '../pki/key.ts'
import { ecdsaSigValue } from '../pki/p384.ts'
import { buildCommand, ins, parseResponse, type Command } from './apdu.ts'
import { fileOf, JPKI_AID } from './files.ts'
import { type Anchors, parsed, requireOurs } from './foreignCard.ts'
import { type CardKey, SHA256_DIGEST_INFO } from './key.ts'
import { isAcceptablePin, type Purpose } from './pin.ts'
import { meaningOf, statusWords, triesLeftIn } from './statusWord.ts'
import { readTokenInfo } from './tokenInfo.ts'

/** Sends a command APDU and resolves to the response APDU, both hex. */
export type Transmit = (apdu: string) => Promise<string>

export type VerifyResult = { result: 'ok' } | { result: 'wrong'; triesLeft: number } | { result: 'blocked' }

/** The card refused something it normally does. */
export class CardError extends Error {
  override readonly name = 'CardError'
  readonly statusWord: string
  constructor(statusWord: string, operation: string) {
    super(`${operation}: ${meaningOf(statusWord).en} (${statusWord})`)
    this.statusWord = statusWord
  }
}

const apdu = (parts: Partial<Command>) =>
  buildCommand({ cla: 0x00, ins: 0x00, p1: 0x00, p2: 0x00, data: '', le: null, ...parts })

const selectFile = (id: string) => apdu({ ins: ins.select, p1: 0x02, p2: 0x0c, data: id })

/** READ BINARY: without `file` from the current EF. */
const readFrom = (offset: number, lengthBytes: number, file?: string) =>
  file === undefined
    ? apdu({ ins: ins.readBinary, p1: offset >> 8, p2: offset & 0xff, le: lengthBytes })
    : apdu({ ins: ins.readBinary, p1: 0x80 + parseInt(file, 16), p2: offset, le: lengthBytes })

/** Whatever is in the file, it is no certificate. */
class NotACertificate extends Error {
  override readonly name = 'NotACertificate'
}

/** A card that refuses to show a certificate, or shows something else, has none; what the way to the card has to say is not swallowed. */
const noneOnCard = (error: unknown) => {
  if (error instanceof CardError || error instanceof NotACertificate) return undefined
  throw error
}

const hexOf = (text: string) => Buffer.from(text, 'latin1').toString('hex')

/** What COMPUTE DIGITAL SIGNATURE is given to sign `data`. */
const digestFor = (keyAlgorithm: CardKey, data: Uint8Array) =>
  keyAlgorithm === 'p-384'
    ? createHash('sha384').update(data).digest('hex')
    : SHA256_DIGEST_INFO + createHash('sha256').update(data).digest('hex')

/** Which kind of key a certificate is for; undefined when it does not tell. */
const keyAlgorithmIn = (certificate: Uint8Array): CardKey | undefined => {
  const key = parsed(certificate)?.key
  if (key?.type === 'rsa') return 'rsa-2048'
  return key?.type === 'ec' && key.curve === 'P-384' ? 'p-384' : undefined
}

export type ReaderOptions = {
  /**
   * The CA certificates whose cards are accepted: any other card gets neither PIN nor terminal key, and a ForeignCard is thrown. A terminal
   * that real cards may be put into must give them; without them every card is taken for one of ours.
   */
  anchors?: Anchors
}

/** What is known of the card since the application was selected; another card may be in the reader by the next time. */
type Session = { isOurs?: true; authenticationCertificate?: Uint8Array; keyAlgorithm?: CardKey | undefined }

/** The operations of a terminal; call `select` first, and again to log out. Refusals throw `CardError`. */
export const createReader = (transmit: Transmit, { anchors }: ReaderOptions = {}) => {
  let session: Session = {}

  const send = async (operation: string, command: string) => {
    const { data, statusWord } = parseResponse(await transmit(command))
    if (statusWord !== statusWords.success) throw new CardError(statusWord, operation)
    return Buffer.from(data, 'hex')
  }

  const readCertificate = async (operation: string, file: string): Promise<Uint8Array> => {
    let certificate = await send(operation, readFrom(0, 256, file))
    // every certificate is longer than 255 bytes: its DER begins 30 82 and two bytes of length
    if (certificate.length < 4 || certificate.readUInt16BE(0) !== 0x3082)
      throw new NotACertificate(`${operation}: not a certificate`)
    const sizeBytes = 4 + certificate.readUInt16BE(2)
    while (certificate.length < sizeBytes) {
      const step = Math.min(256, sizeBytes - certificate.length)
      const next = await send(operation, readFrom(certificate.length, step))
      if (next.length === 0) throw new Error(`${operation}: card stopped sending`)
      certificate = Buffer.concat([certificate, next])
    }
    return certificate.subarray(0, sizeBytes)
  }

  const readAuthenticationCertificate = async () => {
    const certificate = await readCertificate('read authentication certificate', fileOf.authentication.certificate)
    session.authenticationCertificate = certificate
    session.keyAlgorithm ??= keyAlgorithmIn(certificate)
    return certificate
  }

  const readCaCertificate = (purpose: Purpose) =>
    readCertificate(`read ${purpose} CA certificate`, fileOf[purpose].caCertificate)

  /** The certificate that was read anyway says whose card it is; else the one of its CA, which every card shows freely. */
  const checkCard = async () => {
    if (anchors === undefined || session.isOurs) return
    const { authenticationCertificate: certificate } = session
    const caCertificate = certificate ?? (await readCaCertificate('authentication').catch(noneOnCard))
    const shown = certificate ? { certificate } : caCertificate ? { caCertificate } : {}
    requireOurs(shown, await anchors())
    session.isOurs = true
  }

  const readTokenFile = () => send('read token information', readFrom(0, 160, '0006'))

  /** From the token information, unless a certificate that was read anyway has told. */
  const keyAlgorithmOf = async () => (session.keyAlgorithm ??= readTokenInfo(await readTokenFile()).keyAlgorithm)

  const verify = async (pin: Purpose, value: string): Promise<VerifyResult> => {
    await checkCard()
    await send(`select ${pin} PIN`, selectFile(fileOf[pin].pin))
    const { statusWord } = parseResponse(await transmit(apdu({ ins: ins.verify, p2: 0x80, data: hexOf(value) })))
    if (statusWord === statusWords.success) return { result: 'ok' }
    const triesLeft = triesLeftIn(statusWord)
    if (triesLeft === 0 || statusWord === '6983' || statusWord === '6984') return { result: 'blocked' }
    if (triesLeft === null) throw new CardError(statusWord, `verify ${pin} PIN`)
    return { result: 'wrong', triesLeft }
  }

  /**
   * RSASSA-PKCS1-v1_5 with SHA-256 over `data`, or ECDSA with SHA-384 as an ECDSA-Sig-Value, by the kind of key the card says it has;
   * needs the verified PIN of that key, or an accepted terminal.
   */
  const sign = async (key: Purpose, data: Uint8Array): Promise<Uint8Array> => {
    const keyAlgorithm = await keyAlgorithmOf()
    const p2 = 0x80 + parseInt(fileOf[key].key, 16)
    const input = digestFor(keyAlgorithm, data)
    const command = apdu({ cla: 0x80, ins: ins.computeDigitalSignature, p2, data: input, le: 256 })
    const signature = await send(`sign with ${key} key`, command)
    return keyAlgorithm === 'p-384' ? ecdsaSigValue(signature) : signature
  }

  return {
    /** Starts a session; forgets every PIN verified before. */
    select: async () => {
      session = {}
      await send('select JPKI application', apdu({ ins: ins.select, p1: 0x04, p2: 0x0c, data: JPKI_AID }))
    },

    readAuthenticationCertificate,

    /** Needs the signature password, because this certificate carries name and address. */
    readSignatureCertificate: async () => {
      const certificate = await readCertificate('read signature certificate', fileOf.signature.certificate)
      session.keyAlgorithm ??= keyAlgorithmIn(certificate)
      return certificate
    },

    readCaCertificate,

    readTokenInfo: (): Promise<Uint8Array> => readTokenFile(),

    /** Throws a ForeignCard for a card that no anchor stands behind; `verify`, `changePin` and `presentTerminal` do so by themselves. */
    checkCard,

    /** Which certificates the card has; a resident under 15 has no signature certificate. */
    readPresence: async () => {
      const flags = await send('read certificates present', readFrom(0, 3, '0008'))
      return { signature: flags[0] !== 0, authentication: flags[1] !== 0 }
    },

    /** Tries left before the PIN blocks; 0 when it is blocked or absent. */
    triesLeft: async (pin: Purpose) => {
      await send(`select ${pin} PIN`, selectFile(fileOf[pin].pin))
      const { statusWord } = parseResponse(await transmit(apdu({ ins: ins.verify, p2: 0x80 })))
      const triesLeft = triesLeftIn(statusWord)
      if (triesLeft === null) throw new CardError(statusWord, `ask tries left of ${pin} PIN`)
      return triesLeft
    },

    verify,

    /** Verifies the old value, then sets the new; `unacceptable` (nothing sent) when the new value breaks the rules. */
    changePin: async (
      pin: Purpose,
      oldValue: string,
      newValue: string,
    ): Promise<VerifyResult | { result: 'unacceptable' }> => {
      if (!isAcceptablePin(pin, newValue)) return { result: 'unacceptable' }
      const verified = await verify(pin, oldValue)
      if (verified.result !== 'ok') return verified
      const change = apdu({ ins: ins.changeReferenceData, p1: 0x01, p2: 0x80, data: hexOf(newValue) })
      await send(`change ${pin} PIN`, change)
      return { result: 'ok' }
    },

    sign,

    /** The card as whatever certificates and documents are signed with; it asks which kind of key the card has. */
    signer: async (key: Purpose): Promise<Signer> => ({
      algorithm: await keyAlgorithmOf(),
      sign: (data: Uint8Array) => sign(key, data),
    }),

    /**
     * Shows the simulated terminal key, after which `sign('authentication', …)` needs no PIN; false when the card does
     * not accept it or knows no terminals. Simulated, not the real protocol (pinCommand.ts).
     */
    presentTerminal: async (terminalKey: Uint8Array) => {
      await checkCard()
      const data = Buffer.from(terminalKey).toString('hex')
      const { statusWord } = parseResponse(await transmit(apdu({ cla: 0x80, ins: ins.presentTerminal, data })))
      if (statusWord === '6300' || statusWord === '6D00') return false
      if (statusWord !== statusWords.success) throw new CardError(statusWord, 'present terminal')
      return true
    },
  }
}

export type Reader = ReturnType<typeof createReader>
