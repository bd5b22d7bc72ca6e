/** For tests: the whole world in this process, and one resident in it who has a card and is known to everybody. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CardApp } from './card/index.ts'
import { createReader } from './card/reader.ts'
import type { CatvApp } from './catv/index.ts'
import type { CaApp } from './ca/index.ts'
import type { ClinicApp } from './clinic/index.ts'
import { DAY } from './core/clock.ts'
import { answer } from './core/network.ts'
import type { InsurerApp } from './insurer/index.ts'
import { fromBase64, toBase64 } from './messages/base64.ts'
import type { MunicipalityApp } from './municipality/index.ts'
import type { Variables } from './variables.ts'
import type { PaymentApp } from './payment/index.ts'
import { parseCertificate } from './pki/certificate.ts'
import { signDocument } from './pki/cms.ts'
import type { PlatformApp } from './platform/index.ts'
import type { SubscriptionApp } from './subscription/index.ts'
import { createWorld, defaultKeyPool } from './world.ts'

/** One party of every folder, by id. */
export const partyIds = [
  'ca',
  'card',
  'municipality-aobano',
  'platform',
  'insurer-nhi',
  'clinic-sakura',
  'payment-credit',
  'catv-hikari',
  'mobile-sora',
] as const

const basicFour = {
  name: '見本 ひみつ',
  dateOfBirth: '1990-05-05',
  sex: 'female',
  address: '見本県青葉野市ひみつ町1番1号',
} as const
const authenticationPin = '4917'
const signaturePassword = 'HIMITSU17'

/** What no error may say of the resident. */
export const personal = [
  basicFour.name,
  basicFour.dateOfBirth,
  basicFour.address,
  'ひみつ',
  authenticationPin,
  signaturePassword,
]

export const createInhabited = async (variables: Partial<Variables> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'bad-input-'))
  // A pool of its own, because keys that are used up are made anew and added to the file.
  const keyPool = join(folder, 'key-pool')
  if (existsSync(defaultKeyPool)) copyFileSync(defaultKeyPool, keyPool)
  const world = await createWorld({ folder, seed: 'bad input', mode: 'virtual', variables, keyPool })
  const { connect } = world.people.network

  const residentId = 'resident-1'
  const town = connect<MunicipalityApp>('municipality-aobano').residents
  await answer(town.$post({ json: { residentId, basicFour } }))
  const issued = await answer(
    town[':residentId'].cards.$post({ param: { residentId }, json: { authenticationPin, signaturePassword } }),
  )
  const { cardId = '' } = issued

  const card = connect<CardApp>('card')[':cardId']
  const transmit = async (apdu: string) =>
    (await answer(card.apdu.$post({ param: { cardId }, json: { apdu } }))).response
  const reader = createReader(transmit)
  await reader.select()
  await reader.verify('authentication', authenticationPin)
  await reader.verify('signature', signaturePassword)
  const certificates = {
    authentication: await reader.readAuthenticationCertificate(),
    signature: await reader.readSignatureCertificate(),
  }

  /** The card's CMS over these bytes; the document of a contract when they are one. */
  const signBytes = async (document: Uint8Array): Promise<Uint8Array> => {
    const signer = await reader.signer('signature')
    return signDocument({ document, signer, certificate: certificates.signature, signingTime: world.clock.now() })
  }
  const application = async (provider: string, service: string) => {
    const { nonce } = await answer(connect<SubscriptionApp>(provider).nonces.$post())
    return { provider, service, applicant: basicFour, changeCheckConsent: true, nonce }
  }
  const signed = async (provider: string, service: string) =>
    signBytes(new TextEncoder().encode(JSON.stringify(await application(provider, service))))

  const platformAs = (provider: string) => world.connectAs(provider)<PlatformApp>('platform')
  /** Everything right for an authentication at this provider. */
  const prove = async (provider: string) => {
    const { challengeId, challenge } = await answer(platformAs(provider).challenges.$post())
    const signature = toBase64(await reader.sign('authentication', fromBase64(challenge)))
    return { challengeId, certificate: toBase64(certificates.authentication), signature }
  }

  const insuredNumber = 'nhi-1'
  const insurance = { relation: 'insured', copaymentRatio: 0.3, qualifiedFrom: '2020-04-01' } as const
  const insurer = connect<InsurerApp>('insurer-nhi')['insured-persons']
  await answer(insurer.$post({ json: { insuredNumber, ...basicFour, ...insurance } }))
  const accountNumber = 'account-1'
  await answer(connect<PaymentApp>('payment-credit').accounts.$post({ json: { accountNumber, availableYen: 10_000 } }))
  const { name, address } = basicFour
  const [subscriberNumber, setTopBoxId] = ['subscriber-1', 'box-1']
  const cable = connect<CatvApp>('catv-hikari')
  await answer(cable.subscribers.$post({ json: { subscriberNumber, name, address } }))
  await answer(cable['set-top-boxes'].$post({ json: { setTopBoxId, subscriberNumber } }))
  const { sessionId } = await answer(cable['set-top-boxes'][':setTopBoxId'].sessions.$post({ param: { setTopBoxId } }))
  const visitId = 'visit-1'
  const arrival = { visitId, patientName: name, dateOfBirth: basicFour.dateOfBirth }
  await answer(connect<ClinicApp>('clinic-sakura').visits.$post({ json: arrival }))
  const contract = await answer(
    connect<SubscriptionApp>('mobile-sora').contracts.$post({
      json: { signedDocument: toBase64(await signed('mobile-sora', 'mobile')) },
    }),
  )
  if (contract.outcome !== 'accepted') throw new Error(`no contract: ${contract.reason}`)
  const { contractId } = contract
  const { authorities } = await answer(connect<CaApp>('ca').authorities.$get())

  /** What stands for `{name}` in a path, so that it leads somewhere. */
  const parameters: Record<string, string> = {
    ...{ residentId, cardId, insuredNumber, accountNumber, subscriberNumber, setTopBoxId, sessionId, visitId },
    ...{ contractId, kind: 'signature', partition: 'municipality-aobano', request: 'AAAA', paymentId: 'payment-1' },
    serialNumber: issued.certificates.find(({ kind }) => kind === 'signature')?.serialNumber ?? '',
    storedCertificateId: 'stored-1',
  }

  /** What makes a body lead as far as it can, by field. */
  const known: Record<string, unknown> = {
    ...parameters,
    certificate: toBase64(certificates.signature),
    caCertificate: authorities.find(({ kind }) => kind === 'signature')?.certificate,
    signedDocument: toBase64(await signed('mobile-sora', 'mobile')),
    publicKey: toBase64(parseCertificate(certificates.authentication).spki),
    cardExpiresAt: world.clock.now() + 365 * DAY,
    ...{ replaces: parameters['serialNumber'], signatureSerialNumber: parameters['serialNumber'] },
    ...{ insurer: 'insurer-nhi', holder: 'insurer-nhi', reference: insuredNumber, from: 'municipality-midorino' },
  }

  return {
    ...{ world, parameters, known, certificates, authorities, application, signBytes, signed, prove, platformAs },
    remove: async () => {
      await world.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export type Inhabited = Awaited<ReturnType<typeof createInhabited>>
