/** スマホ用電子証明書: applied for with the card, used at the platform, and gone with the card. */
import type { CaApp } from '../../sim/ca/index.ts'
import { answer } from '../../sim/core/network.ts'
import { fromBase64, toBase64 } from '../../sim/messages/base64.ts'
import { exportPublicKey, generateKeyPair, type KeyPair, keySigner } from '../../sim/pki/key.ts'
import { loseCard } from '../acts/counter.ts'
import { present, presentKey, verifyBytes } from '../acts/presence.ts'
import { waitForRevocation } from '../acts/revocation.ts'
import { sign } from '../acts/terminal.ts'
import type { Case } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import type { Ledger } from './cast.ts'

type Phone = Record<'signature' | 'authentication', { keys: KeyPair; certificate: string }>

/** The phone makes its own keys; the card signs that they are its holder's. */
const applyWithCard = async (stage: Stage, personId: string): Promise<Phone> => {
  const [signature, authentication] = [await generateKeyPair(), await generateKeyPair()]
  const signedDocument = await sign(stage, personId, {
    order: 'smartphone-certificates',
    signaturePublicKey: exportPublicKey(signature.publicKey),
    authenticationPublicKey: exportPublicKey(authentication.publicKey),
  })
  const ca = stage.connect<CaApp>('ca')
  const issued = await answer(ca['smartphone-certificates'].$post({ json: { signedDocument } }))
  return {
    signature: { keys: signature, certificate: issued.signature.certificate },
    authentication: { keys: authentication, certificate: issued.authentication.certificate },
  }
}

const logInByPhone = (stage: Stage, { authentication: { keys, certificate } }: Phone) =>
  presentKey(stage, fromBase64(certificate), keySigner(keys.privateKey))

const signByPhone = async (stage: Stage, { signature: { keys, certificate } }: Phone) => {
  const data = new TextEncoder().encode('signed by phone')
  const signature = toBase64(await keySigner(keys.privateKey).sign(data))
  return verifyBytes(stage, { kind: 'signature', certificate, signature, data: toBase64(data) })
}

export const smartphone = (ledger: Ledger): Case => ({
  id: 'smartphone',
  title: { ja: 'スマホ用電子証明書', en: 'Certificates for a smartphone' },
  play: async (stage) => {
    const person = ledger.current.at(-1) ?? ''
    const phone = await stage.step(
      {
        ja: 'カードの署名で申し込み、スマートフォンだけで利用者証明と署名を行う',
        en: 'applied for with the card’s signature; then the phone alone proves presence and signs',
      },
      async () => {
        const made = await applyWithCard(stage, person)
        stage.expect(
          { ja: 'どちらも受け入れられた', en: 'both were accepted' },
          [await logInByPhone(stage, made), await signByPhone(stage, made)],
          ['accepted', 'accepted'],
        )
        return made
      },
    )
    await stage.step(
      {
        ja: 'カードの紛失を届けると、スマートフォンの証明書も使えなくなる',
        en: 'when the card is reported lost, the phone’s certificates go with it',
      },
      async () => {
        await loseCard(stage, person)
        await waitForRevocation(stage)
        stage.expect(
          { ja: 'カードもスマートフォンも失効', en: 'card and phone alike are revoked' },
          [await present(stage, person), await logInByPhone(stage, phone), await signByPhone(stage, phone)],
          ['revoked certificateHold', 'revoked certificateHold', 'revoked certificateHold'],
        )
        ledger.current = ledger.current.filter((one) => one !== person)
      },
    )
  },
})
