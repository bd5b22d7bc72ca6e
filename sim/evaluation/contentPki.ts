/** Certificates, OCSP messages, CRLs and signed documents in words: what is written in them, not whether to trust them. */
import type { Decoded } from '../messages/evaluation.ts'
import { readSignedData, readSignerInfo } from '../pki/signedData.ts'
import { verifySignedDocument } from '../pki/cms.ts'
import { crlEntries, parseCrl } from '../pki/crl.ts'
import { MalformedError } from '../pki/malformed.ts'
import { parseOcspRequest, parseOcspResponse } from '../pki/ocsp.ts'
import { type Certificate, parseCertificate, readCertificate } from '../pki/parsedCertificate.ts'
import { kindOfPolicy, mediumOfPolicy } from '../pki/profile.ts'
import { type CertStatus, reasonMeaning, reasonName } from '../pki/revocation.ts'

type Text = { ja: string; en: string }
type Field = Decoded['fields'][number]

const field = (ja: string, en: string, value: string, note: Text | null = null): Field => ({
  label: { ja, en },
  value,
  note,
})

/** ISO 8601, UTC. */
const time = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z')

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()

/** RFC 5280 section 4.2.1.3. */
const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

const kindTitles: Record<'signature' | 'authentication', Text> = {
  signature: { ja: '署名用電子証明書', en: 'signature certificate' },
  authentication: { ja: '利用者証明用電子証明書', en: 'authentication certificate' },
}

const titleOf = ({ kind, basicConstraints }: Certificate): Text =>
  kind !== undefined
    ? kindTitles[kind]
    : basicConstraints?.cA
      ? { ja: '認証局の証明書', en: 'certificate of a CA' }
      : { ja: '証明書', en: 'certificate' }

const policyNote = (policy: string): Text | null => {
  const kind = kindOfPolicy(policy)
  if (kind === undefined) return null
  const onPhone = mediumOfPolicy(policy) === 'smartphone'
  const { ja, en } = kindTitles[kind]
  return { ja: onPhone ? `${ja}（スマートフォン）` : ja, en: onPhone ? `${en} of a smartphone` : en }
}

const keyText = ({ key }: Certificate) =>
  key.type === 'rsa' ? `RSA ${key.bits} bit` : key.type === 'ec' ? `EC ${key.curve}` : key.type

const basicFourFields = ({ basicFour }: Certificate): Field[] =>
  basicFour === undefined
    ? []
    : [
        field('氏名', 'name', basicFour.name),
        field('住所', 'address', basicFour.address),
        field('生年月日', 'date of birth', basicFour.dateOfBirth),
        field('性別', 'sex', basicFour.sex),
      ]

const certificateFields = (certificate: Certificate): Field[] => [
  field('発行番号', 'serial number', certificate.serialNumber),
  field('主体者', 'subject', certificate.subject),
  field('発行者', 'issuer', certificate.issuer),
  field('有効期間の始まり', 'valid from', time(certificate.notBefore)),
  field('有効期間の終わり', 'valid until', time(certificate.notAfter)),
  field('公開鍵', 'public key', keyText(certificate)),
  field('鍵の用途', 'key usage', [...certificate.keyUsage].map((bit) => keyUsages[bit] ?? String(bit)).join(', ')),
  ...certificate.policies.map((policy) => field('証明書ポリシー', 'policy', policy, policyNote(policy))),
  ...basicFourFields(certificate),
  ...(certificate.crlDistributionPoint === undefined
    ? []
    : [field('失効リストの配布点', 'CRL distribution point', certificate.crlDistributionPoint)]),
  field('SHA-256 指紋', 'SHA-256 fingerprint', certificate.fingerprint),
]

const partOf = (certificate: Certificate): Decoded => ({
  kind: 'certificate',
  path: '',
  title: titleOf(certificate),
  fields: certificateFields(certificate),
  unreadable: null,
  parts: [],
})

type Read = Pick<Decoded, 'title' | 'fields'> & { parts?: Decoded[] }

/** As the profile has it, which alone tells the basic four; else as any certificate. */
const readAny = (der: Uint8Array): Certificate => {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (error instanceof MalformedError) return readCertificate(der)
    throw error
  }
}

const certificate = (der: Uint8Array): Read => {
  const read = readAny(der)
  return { title: titleOf(read), fields: certificateFields(read) }
}

const statusFields = (status: CertStatus): Field[] => {
  if (status.certStatus !== 'revoked') return [field('有効性', 'status', status.certStatus)]
  const reason = reasonName(status.reasonCode)
  return [
    field('有効性', 'status', 'revoked'),
    field('失効日時', 'revoked at', time(status.revocationDate)),
    field('失効理由', 'reason', reason ?? String(status.reasonCode), (reason && reasonMeaning[reason]) ?? null),
  ]
}

const ocspRequest = (der: Uint8Array): Read => {
  const { certIds, nonce } = parseOcspRequest(der)
  return {
    title: { ja: 'OCSP 要求', en: 'OCSP request' },
    fields: [
      ...certIds.map(({ serialNumber }) => field('問い合わせる発行番号', 'serial number asked about', serialNumber)),
      ...(nonce ? [field('ナンス', 'nonce', hex(nonce))] : []),
    ],
  }
}

const ocspResponse = (der: Uint8Array): Read => {
  const answer = parseOcspResponse(der)
  const title = { ja: 'OCSP 応答', en: 'OCSP answer' }
  if (answer.responseStatus !== 'successful')
    return { title, fields: [field('応答の状態', 'response status', answer.responseStatus)] }
  const { responderId, producedAt, responses, nonce, certificates } = answer
  return {
    title,
    fields: [
      ...responses.flatMap(({ certId, status, thisUpdate, nextUpdate }) => [
        field('発行番号', 'serial number', certId.serialNumber),
        ...statusFields(status),
        field('この情報の時点', 'this update', time(thisUpdate)),
        ...(nextUpdate === undefined ? [] : [field('次の更新', 'next update', time(nextUpdate))]),
      ]),
      field('応答者', 'responder', responderId.name?.text ?? responderId.hex),
      field('作成日時', 'produced at', time(producedAt)),
      ...(nonce ? [field('ナンス', 'nonce', hex(nonce))] : []),
    ],
    parts: certificates.map(partOf),
  }
}

/** Entries shown of a list (assumed): it may have millions. */
const shownEntries = 20

const crl = (der: Uint8Array): Read => {
  const list = parseCrl(der)
  const entries: Field[] = []
  for (const { serialNumber, revocationDate, reasonCode } of crlEntries(list)) {
    if (entries.length === shownEntries) break
    const reason = reasonName(reasonCode)
    entries.push(
      field(
        '失効',
        'revoked',
        `${serialNumber} · ${time(revocationDate)} · ${reason ?? reasonCode}`,
        (reason && reasonMeaning[reason]) ?? null,
      ),
    )
  }
  const left = list.entryCount - entries.length
  return {
    title: { ja: '失効リスト (CRL)', en: 'revocation list (CRL)' },
    fields: [
      field('発行者', 'issuer', list.issuer),
      ...(list.crlNumber === undefined ? [] : [field('CRL 番号', 'CRL number', String(list.crlNumber))]),
      field('この情報の時点', 'this update', time(list.thisUpdate)),
      field('次の更新', 'next update', time(list.nextUpdate)),
      field(
        '件数',
        'entries',
        String(list.entryCount),
        left > 0 ? { ja: `先頭の ${entries.length} 件を表示`, en: `the first ${entries.length} are shown` } : null,
      ),
      ...entries,
    ],
  }
}

const cms = (der: Uint8Array): Read => {
  const { certificates, signerInfos, content } = readSignedData(der, readAny)
  const checked = verifySignedDocument(der, { read: readAny })
  const [info] = signerInfos
  const signer = info && readSignerInfo(info)
  const serialNumber = signer?.serialNumber
  return {
    title: { ja: '署名された文書 (CMS)', en: 'signed document (CMS)' },
    fields: [
      ...(serialNumber === undefined
        ? []
        : [field('署名者の証明書の発行番号', 'signer’s serial number', serialNumber)]),
      checked.result === 'ok'
        ? field('署名', 'signature', 'ok', {
            ja: '文書と署名者の鍵に合う（証明書の有効性は別）',
            en: 'fits the document and the signer’s key; whether the certificate is good is another question',
          })
        : field('署名', 'signature', checked.reason),
      ...(checked.result === 'ok' ? [field('署名日時', 'signing time', time(checked.signingTime))] : []),
      ...(content ? [field('文書', 'document', documentText(content))] : []),
    ],
    parts: certificates.map(partOf),
  }
}

const longestDocument = 4000

const documentText = (content: Uint8Array) => {
  const text = Buffer.from(content).toString('utf8')
  return /[\0-\x08\x0e-\x1f\ufffd]/.test(text) ? `(${content.length} bytes)` : text.slice(0, longestDocument)
}

const readers = { certificate, 'ocsp-request': ocspRequest, 'ocsp-response': ocspResponse, crl, cms }

const titles: Record<keyof typeof readers, Text> = {
  certificate: { ja: '証明書', en: 'certificate' },
  'ocsp-request': { ja: 'OCSP 要求', en: 'OCSP request' },
  'ocsp-response': { ja: 'OCSP 応答', en: 'OCSP answer' },
  crl: { ja: '失効リスト', en: 'revocation list' },
  cms: { ja: '署名された文書', en: 'signed document' },
}

/** What the bytes say; bytes that are no such thing are said to be none. */
export const decodePki = (kind: keyof typeof readers, path: string, der: Uint8Array): Decoded => {
  try {
    const { title, fields, parts = [] } = readers[kind](der)
    return { kind, path, title, fields, unreadable: null, parts }
  } catch (error) {
    if (!(error instanceof MalformedError || error instanceof RangeError)) throw error
    const unreadable = { ja: `読み取れません（${error.message}）`, en: `cannot be read: ${error.message}` }
    return { kind, path, title: titles[kind], fields: [], unreadable, parts: [] }
  }
}
