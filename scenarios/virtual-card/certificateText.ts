/** A certificate in a few lines for people: what every program reads from it, by node:crypto. */
import { X509Certificate } from 'node:crypto'
import type { Text } from '../../sim/core/site.ts'

const dayOf = (instant: Date) => instant.toISOString().slice(0, 10)

/** Serial number, kind of key, and days of validity; `now` (Unix ms) decides whether it has run out. */
export const describeCertificate = (der: Uint8Array, now: number): Text => {
  const certificate = new X509Certificate(der)
  const { validFromDate, validToDate, serialNumber, publicKey } = certificate
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  const key = modulusLength === undefined ? `${namedCurve ?? publicKey.asymmetricKeyType}` : `RSA-${modulusLength}`
  const days = `${dayOf(validFromDate)}–${dayOf(validToDate)}`
  const expired = now > validToDate.getTime()
  return {
    ja: `${der.length} バイト、番号 ${serialNumber}、${key}、${days}${expired ? '（期限切れ）' : ''}`,
    en: `${der.length} bytes, serial number ${serialNumber}, ${key}, ${days}${expired ? ' (expired)' : ''}`,
  }
}
