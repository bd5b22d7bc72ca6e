/** A message's body opened for people: its rows with labels, what was masked, and every certificate or signature in it decoded. */
import { dataClassOf } from './dataClassOf.ts'
import { decodePki } from './contentPki.ts'
import type { Content, Decoded } from '../messages/evaluation.ts'
import { fieldNames } from '../messages/fieldNames.ts'

type Text = { ja: string; en: string }
type Row = Content['rows'][number]

/** Rows, and characters of one value, that are shown; bodies in a journal have at most 64 KiB (assumed). */
const mostRows = 2000
const longestValue = 600
/** Certificates and the like that are decoded of one body (assumed). */
const mostDecoded = 20

/** What redaction leaves in place of a value (sim/card/redaction.ts and the municipality's). */
const isMasked = (value: string) => value === '**' || value === '(not kept)'

const binaryFields: Readonly<Record<string, Parameters<typeof decodePki>[0]>> = {
  certificate: 'certificate',
  caCertificate: 'certificate',
  signedDocument: 'cms',
  basicFourConsent: 'cms',
  evidence: 'cms',
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const pointer = (above: string, name: string | number) =>
  `${above}/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`

const shownValue = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
}

const isBase64 = (value: string) => value.length > 100 && /^[A-Za-z0-9+/]+={0,2}$/.test(value)

const walk = (
  value: unknown,
  at: { path: string; depth: number; field: string },
  found: { rows: Row[]; decoded: Decoded[] },
) => {
  if (found.rows.length >= mostRows) return
  const { path, depth, field } = at
  const nested = isRecord(value) || Array.isArray(value)
  const text = nested ? null : shownValue(value)
  if (path !== '')
    found.rows.push({
      path,
      depth,
      field,
      label: fieldNames[field] ?? null,
      value: text,
      dataClass: dataClassOf(field),
      redacted: text !== null && isMasked(text),
    })
  const kind = binaryFields[field]
  if (kind !== undefined && typeof value === 'string' && isBase64(value) && found.decoded.length < mostDecoded)
    found.decoded.push(decodePki(kind, path, Buffer.from(value, 'base64')))
  const children = Array.isArray(value)
    ? value.map((one, index) => [index, one] as const)
    : isRecord(value)
      ? Object.entries(value)
      : []
  for (const [name, inner] of children)
    walk(
      inner,
      { path: pointer(path, name), depth: path === '' ? 0 : depth + 1, field: typeof name === 'number' ? field : name },
      found,
    )
}

const mediaKinds: Readonly<Record<string, Parameters<typeof decodePki>[0]>> = {
  'application/pkix-cert': 'certificate',
  'application/pkix-crl': 'crl',
  'application/ocsp-request': 'ocsp-request',
  'application/ocsp-response': 'ocsp-response',
  'application/pkcs7-mime': 'cms',
  'application/cms': 'cms',
}

const nothing = (bytes: number, absent: Text): Content => ({
  ...{ bytes, mediaType: null, absent, remark: null, pretty: null },
  ...{ rows: [], decoded: [] },
})

const binary = (kept: string, bytes: number): Content => {
  const [, mediaType = '', base64 = ''] = /^data:([^;,]*)(?:;[^,]*)?;base64,(.*)$/s.exec(kept) ?? []
  const kind = mediaKinds[mediaType]
  const remark =
    kind === undefined
      ? {
          ja: `この形式（${mediaType || '不明'}）は中身を表示しません`,
          en: `contents of this type (${mediaType || 'unknown'}) are not shown`,
        }
      : null
  const decoded = kind === undefined ? [] : [decodePki(kind, '', Buffer.from(base64, 'base64'))]
  return { ...{ bytes, mediaType, absent: null, remark, pretty: null }, rows: [], decoded }
}

const maskedRemark = {
  ja: '暗証番号などは記録される前に伏せられています（**）',
  en: 'PINs and the like were masked before this was written down (**)',
}
const cutRemark = { ja: `先頭の ${mostRows} 行だけを表示しています`, en: `only the first ${mostRows} rows are shown` }

const problemPart = (value: unknown): Decoded[] => {
  if (!isRecord(value) || typeof value['type'] !== 'string' || !value['type'].startsWith('urn:')) return []
  const fields = ['type', 'status', 'detail'].flatMap((name) => {
    const said = value[name]
    return said === undefined
      ? []
      : [{ label: fieldNames[name] ?? { ja: name, en: name }, value: shownValue(said), note: null }]
  })
  return [
    {
      kind: 'problem',
      path: '',
      title: { ja: '断りの理由 (RFC 9457)', en: 'why it was refused (RFC 9457)' },
      fields,
      unreadable: null,
      parts: [],
    },
  ]
}

/** `kept` is what the journal has of the body; undefined when it was too long or could not be masked. */
export const contentOf = (kept: string | undefined, bytes: number): Content => {
  if (bytes === 0 && (kept === undefined || kept === ''))
    return nothing(0, { ja: '本文はありません', en: 'there was no body' })
  if (kept === undefined)
    return nothing(bytes, {
      ja: '本文は記録に残していません（64 KiB を超えるか、伏せる必要がある内容、またはまとめて数えたメッセージ）',
      en: 'the body was not kept: longer than 64 KiB, not fit to be written down, or one of many that were summed up',
    })
  if (kept.startsWith('data:')) return binary(kept, bytes)
  let value: unknown
  try {
    value = JSON.parse(kept)
  } catch {
    const remark = isMasked(kept) ? maskedRemark : null
    return {
      ...{ bytes, mediaType: 'text/plain', absent: null, remark, pretty: kept.slice(0, longestValue) },
      rows: [],
      decoded: [],
    }
  }
  const found: { rows: Row[]; decoded: Decoded[] } = { rows: [], decoded: [] }
  walk(value, { path: '', depth: 0, field: '' }, found)
  const cut = found.rows.length >= mostRows
  const masked = found.rows.some(({ redacted }) => redacted)
  return {
    bytes,
    mediaType: 'application/json',
    absent: null,
    remark: cut ? cutRemark : masked ? maskedRemark : null,
    pretty: JSON.stringify(value, null, 2),
    rows: found.rows,
    decoded: [...problemPart(value), ...found.decoded],
  }
}
