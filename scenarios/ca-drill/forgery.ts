/** A forged CA of the same name: what it issues looks right in every field, and is refused because trust comes from configuration only. */
import { DAY } from '../../sim/core/clock.ts'
import { toBase64 } from '../../sim/messages/base64.ts'
import { issueCaCertificate, issueResidentCertificate, parseCertificate } from '../../sim/pki/certificate.ts'
import { exportPublicKey, generateKeyPair, type KeyPair, keySigner } from '../../sim/pki/key.ts'
import type { CertificateKind } from '../../sim/pki/profile.ts'
import { generationsOf, trustedGenerations } from '../acts/authority.ts'
import { present, presentKey, verifyBytes } from '../acts/presence.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import { newcomers } from './cast.ts'

/** As certificates of a town name it; the forger knows all of this from any certificate. */
const town = { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' }

const forge = async (kind: CertificateKind, keys: { ca: KeyPair; holder: KeyPair }, now: number) => {
  const certificate = await issueCaCertificate({
    ...{ kind, keyPair: keys.ca, serialNumber: 0x0a000001n },
    ...{ notBefore: now - DAY, notAfter: now + 3650 * DAY },
  })
  const resident = await issueResidentCertificate({
    ...{ kind, ca: { certificate, signer: keySigner(keys.ca.privateKey) }, serialNumber: 0x0a000002n },
    ...{ publicKey: exportPublicKey(keys.holder.publicKey), municipality: town, subjectSequence: 1 },
    ...{ notBefore: now - DAY, notAfter: now + 365 * DAY },
    ...(kind === 'signature' && { basicFour: personOf('taro').basicFour }),
  })
  return { certificate, resident }
}

export const forgery: Case = {
  id: 'forged-ca',
  title: { ja: '同じ名前を名乗る偽の認証局', en: 'A forged CA of the same name' },
  play: (stage) =>
    stage.step(
      {
        ja: '偽の認証局が発行した証明書は、名前が同じでも受け入れられない',
        en: 'what a forged CA issues is refused, although the name is the same',
      },
      async () => {
        const before = await trustedGenerations(stage)
        const keys = { ca: await generateKeyPair(), holder: await generateKeyPair() }
        const signer = keySigner(keys.holder.privateKey)
        const authentication = await forge('authentication', keys, stage.now())
        const signature = await forge('signature', keys, stage.now())
        const genuine = (await generationsOf(stage)).find(({ kind }) => kind === 'authentication')
        stage.expect(
          { ja: '偽の認証局の名前は本物と一字一句同じ', en: 'byte for byte the name of the genuine one' },
          parseCertificate(authentication.certificate).subjectHex,
          genuine?.certificate.subjectHex,
        )
        const data = new TextEncoder().encode('signed by nobody')
        const signed = {
          ...{ kind: 'signature' as const, certificate: toBase64(signature.resident) },
          ...{ signature: toBase64(await signer.sign(data)), data: toBase64(data) },
        }
        stage.expect(
          { ja: '利用者証明も署名も拒否', en: 'presence and signature are refused' },
          [await presentKey(stage, authentication.resident, signer), await verifyBytes(stage, signed)],
          ['bad-signature', 'bad-signature'],
        )
        stage.expect(
          { ja: '認証局証明書そのものを見せても拒否', en: 'so is the forged CA’s own certificate' },
          await presentKey(stage, authentication.certificate, keySigner(keys.ca.privateKey)),
          'bad-signature',
        )
        stage.expect(
          { ja: '信頼する認証局は変わらない', en: 'what is trusted did not change' },
          await trustedGenerations(stage),
          before,
        )
        stage.expect(
          { ja: '本物のカードは受け入れられる', en: 'a genuine card is accepted' },
          await present(stage, newcomers[0] ?? ''),
          'accepted',
        )
      },
    ),
}
