/** The card's two PINs: how they are formed, how often they may be tried. */

/** What a PIN, key or certificate on the card is for: 利用者証明用 or 署名用. */
export type Purpose = 'authentication' | 'signature'

/** A PIN as the card keeps it; without tries left it is blocked. */
export type Pin = { value: string; triesLeft: number }

/** Wrong tries in a row that block a PIN (OpenSC jpki.h). */
export const maxTries: Readonly<Record<Purpose, number>> = { authentication: 3, signature: 5 }

/** Lengths in characters (J-LIS, jpki.go.jp: 4 digits; 6 to 16 letters and digits). */
export const pinLength: Readonly<Record<Purpose, { min: number; max: number }>> = {
  authentication: { min: 4, max: 4 },
  signature: { min: 6, max: 16 },
}

/**
 * Whether a value may be set as this PIN: 4 digits, or 6 to 16 of A-Z and 0-9 with at least one of each (J-LIS).
 * The card does not fold lower case. That the card itself checks, not only the terminal, is assumed.
 */
export const isAcceptablePin = (purpose: Purpose, value: string) =>
  purpose === 'authentication' ? /^[0-9]{4}$/.test(value) : /^(?=.*[A-Z])(?=.*[0-9])[A-Z0-9]{6,16}$/.test(value)

/** A PIN with all its tries; throws when the value may not be set. */
export const freshPin = (purpose: Purpose, value: string): Pin => {
  if (!isAcceptablePin(purpose, value)) throw new Error(`not an acceptable ${purpose} PIN`)
  return { value, triesLeft: maxTries[purpose] }
}
