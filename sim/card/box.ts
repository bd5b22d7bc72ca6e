/** The box of all virtual cards: each does one thing at a time, and what must outlive a power cut is on disk before it answers. */
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { Problem } from '../core/problem.ts'
import {
  responseApdu,
  cardMade,
  keyRenewed,
  type cardMake,
  type cardState,
  type certificateWrite,
  type keyRenewal,
} from '../messages/card.ts'
import { exportPrivateKey, exportPublicKey, type KeyPair } from '../pki/key.ts'
import { certificateContents } from './certificateContents.ts'
import type { CardKey } from './key.ts'
import type { KeySource } from './keySource.ts'
import { afterEvent, createCard, respond, restoreCard, type Card, type CardEvent } from './machine.ts'
import type { CardContents } from './memory.ts'
import { isAcceptablePin, type Purpose } from './pin.ts'
import type { CardStore, StoredCard, WaitingKeys } from './store.ts'

type Held = { card: Card; waitingKeys: WaitingKeys }

const purposes: readonly Purpose[] = ['authentication', 'signature']

const checkPin = (purpose: Purpose, value: string | undefined, field: string) => {
  if (value === undefined || isAcceptablePin(purpose, value)) return
  const reason = purpose === 'signature' ? 'must have letters and digits' : 'must be four digits'
  throw new Problem(422, 'unacceptable-pin', `the card refuses this ${purpose} PIN`, { errors: [{ field, reason }] })
}

const poweredOff = (card: Card): StoredCard => {
  const { value, context } = afterEvent(card, { type: 'card.reset' })
  return { value, context: { ...context, response: '' } }
}

const isDisabled = ({ value }: Pick<Card, 'value'>) => value === 'disabled'

const stateOf = (cardId: string, { value, context: { eeprom } }: Card): z.output<typeof cardState> => ({
  cardId,
  disabled: isDisabled({ value }),
  triesLeft: {
    authentication: eeprom.pins.authentication?.triesLeft ?? 0,
    signature: eeprom.pins.signature?.triesLeft ?? 0,
  },
  certificates: purposes.filter((purpose) => eeprom.certificates[purpose] !== null),
})

/** What all cards made here have in common: the kind of key, what a blocked PIN answers, and the key of trusted terminals (simulated). */
export type Personalisation = Pick<CardContents, 'keyAlgorithm' | 'blockedStatusWord' | 'terminalKey'>

export const createBox = (store: CardStore, keys: KeySource, personalisation: Personalisation) => {
  /** Cards under power; one that is not here is read from the store, and so knows no verified PIN. */
  const powered = new Map<string, Held>()
  const turns = new Map<string, Promise<unknown>>()

  const inTurn = async <T>(cardId: string, job: () => Promise<T>): Promise<T> => {
    const mine = (turns.get(cardId) ?? Promise.resolve()).catch(() => undefined).then(job)
    turns.set(cardId, mine)
    try {
      return await mine
    } finally {
      if (turns.get(cardId) === mine) turns.delete(cardId)
    }
  }

  const load = async (cardId: string): Promise<Held> => {
    const underPower = powered.get(cardId)
    if (underPower !== undefined) return underPower
    const row = await store.find(cardId)
    if (row === undefined) throw new Problem(404, 'no-such-card', `there is no card ${cardId}`)
    return { card: restoreCard(row.card), waitingKeys: row.waitingKeys }
  }

  /** For what is done to cards in use only. */
  const loadInUse = async (cardId: string): Promise<Held> => {
    const held = await load(cardId)
    if (isDisabled(held.card)) throw new Problem(409, 'card-disabled', `card ${cardId} was handed in and destroyed`)
    return held
  }

  const settle = async (
    cardId: string,
    { before, after }: { before?: Held; after: Held },
    done?: { requestId: string; answer: unknown },
  ) => {
    const lasting = ({ card, waitingKeys }: Held) => [card.context.eeprom, isDisabled(card), waitingKeys]
    if (before === undefined || !isDeepStrictEqual(lasting(before), lasting(after)))
      await store.keep(cardId, { card: poweredOff(after.card), waitingKeys: after.waitingKeys }, done)
    if (after.card.context.ram.application === null) powered.delete(cardId)
    else powered.set(cardId, after)
  }

  /** One event, done again without effect on the outcome when it is repeated. */
  const change = async (cardId: string, event: CardEvent) => {
    const before = await load(cardId)
    const after = { ...before, card: afterEvent(before.card, event) }
    await settle(cardId, { before, after })
    return stateOf(cardId, after.card)
  }

  const takeKeys = async (keyAlgorithm: CardKey, count: number): Promise<{ first: number; pairs: KeyPair[] }> => {
    const first = await store.takeKeyNumbers(count)
    const pairs = await Promise.all(Array.from({ length: count }, (_, n) => keys(keyAlgorithm, first + n)))
    return { first, pairs }
  }

  return {
    make: (asked: z.output<typeof cardMake>, requestId: string): Promise<z.output<typeof cardMade>> => {
      const { cardId, authenticationPin, signaturePassword } = asked
      return inTurn(cardId, async () => {
        const earlier = await store.earlierAnswer(cardId, requestId)
        if (earlier !== undefined) return cardMade.parse(earlier)
        if (await store.find(cardId)) throw new Problem(409, 'card-exists', `card ${cardId} was made before`)
        checkPin('authentication', authenticationPin, '/authenticationPin')
        checkPin('signature', signaturePassword, '/signaturePassword')
        const { first, pairs } = await takeKeys(personalisation.keyAlgorithm, signaturePassword === undefined ? 1 : 2)
        const [authentication, signature] = pairs
        if (authentication === undefined) throw new Error('no key was made')
        const card = createCard({
          authenticationPin,
          signaturePassword: signaturePassword ?? null,
          serialNumber: String(first).padStart(16, '0'),
          ...personalisation,
        })
        const waitingKeys = {
          authentication: exportPrivateKey(authentication.privateKey),
          ...(signature && { signature: exportPrivateKey(signature.privateKey) }),
        }
        const publicKeys = {
          authentication: exportPublicKey(authentication.publicKey),
          ...(signature && { signature: exportPublicKey(signature.publicKey) }),
        }
        const answer = { cardId, publicKeys }
        await settle(cardId, { after: { card, waitingKeys } }, { requestId, answer })
        return answer
      })
    },

    /** A new key, of the kind the card was made for, waits beside the old one, which stays in use until the new certificate is written. */
    renewKey: (
      cardId: string,
      { key, signaturePassword }: z.output<typeof keyRenewal>,
      requestId: string,
    ): Promise<z.output<typeof keyRenewed>> =>
      inTurn(cardId, async () => {
        const earlier = await store.earlierAnswer(cardId, requestId)
        if (earlier !== undefined) return keyRenewed.parse(earlier)
        const before = await loadInUse(cardId)
        checkPin('signature', signaturePassword, '/signaturePassword')
        const { pins, keyAlgorithm } = before.card.context.eeprom
        if (key === 'signature' && pins.signature === null && signaturePassword === undefined)
          throw new Problem(422, 'password-missing', `card ${cardId} has no signature password and none was given`)
        const { pairs } = await takeKeys(keyAlgorithm, 1)
        const [pair] = pairs
        if (pair === undefined) throw new Error('no key was made')
        const card =
          signaturePassword === undefined
            ? before.card
            : afterEvent(before.card, { type: 'card.written', contents: { signaturePassword } })
        const waitingKeys = { ...before.waitingKeys, [key]: exportPrivateKey(pair.privateKey) }
        const answer = { publicKey: exportPublicKey(pair.publicKey) }
        await settle(cardId, { before, after: { card, waitingKeys } }, { requestId, answer })
        return answer
      }),

    /** 422 for a certificate that is not one, or whose key is not on this card. */
    writeCertificate: (cardId: string, asked: z.output<typeof certificateWrite>) =>
      inTurn(cardId, async () => {
        const before = await loadInUse(cardId)
        const { eeprom } = before.card.context
        const inUse = eeprom.privateKeys[asked.kind] ?? undefined
        const waiting = before.waitingKeys[asked.kind]
        const contents = certificateContents(asked, [waiting, inUse])
        const card = afterEvent(before.card, { type: 'card.written', contents })
        const waitingKeys = { ...before.waitingKeys }
        if (contents.privateKeys[asked.kind] === waiting) delete waitingKeys[asked.kind]
        await settle(cardId, { before, after: { card, waitingKeys } })
        return stateOf(cardId, card)
      }),

    unblock: (cardId: string, pin: Purpose, value: string) =>
      inTurn(cardId, async () => {
        checkPin(pin, value, '/value')
        const { card } = await loadInUse(cardId)
        if (card.context.eeprom.pins[pin] === null)
          throw new Problem(409, 'no-such-pin', `card ${cardId} has no ${pin} PIN`)
        return change(cardId, { type: 'card.unblocked', pin, value })
      }),

    /** For ever; a card that is disabled already stays so. */
    disable: (cardId: string) => inTurn(cardId, () => change(cardId, { type: 'card.disabled' })),

    reset: (cardId: string) => inTurn(cardId, () => change(cardId, { type: 'card.reset' })),

    state: async (cardId: string) => stateOf(cardId, (await load(cardId)).card),

    /** The response APDU, and the file (four hex digits) that was current when it was made. */
    transmit: (cardId: string, apdu: string, requestId: string) =>
      inTurn(cardId, async () => {
        const before = await load(cardId)
        const { file } = before.card.context.ram
        const earlier = await store.earlierAnswer(cardId, requestId)
        if (earlier !== undefined) return { ...responseApdu.parse(earlier), file }
        const { snapshot, response } = respond(before.card, apdu)
        await settle(cardId, { before, after: { ...before, card: snapshot } }, { requestId, answer: { response } })
        return { response, file: snapshot.context.ram.file }
      }),
  }
}

export type Box = ReturnType<typeof createBox>
