/** Whether two descriptions of a person are of the same person: the four items compared as a clerk would, not byte by byte. */
import type { BasicFour } from '../messages/person.ts'

/** Variation selectors choose a glyph, not a character (Unicode Standard, chapter 23.4). */
const variationSelectors = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu
/** Hyphens, dashes, the minus sign and the prolonged sound mark, which people type for one another in house numbers (assumed). */
const hyphens = /[-\u2010-\u2015\u2212\u30fc\ufe58\ufe63\uff0d\uff70]/gu
/** 1丁目2番地3号 is 1-2-3 (assumed). */
const blockNumbers = /(\d)(?:丁目|番地の|番地|番|号)/gu

/** Compatibility forms folded (Unicode NFKC: full-width digits, half-width kana), spaces dropped. */
const plain = (text: string) => text.normalize('NFKC').replace(variationSelectors, '').replace(/\s/gu, '')

const plainName = (name: string) => plain(name).toUpperCase()

const plainAddress = (address: string) =>
  plain(address)
    .replace(blockNumbers, '$1-')
    .replace(hyphens, '-')
    .replace(/-+/gu, '-')
    .replace(/-$/u, '')
    .toUpperCase()

/** How a certificate writes a text it cannot hold as it is; without it every character stands for itself. */
export type Substitution = (text: string) => string

const asItIs: Substitution = (text) => text

/**
 * Whether what an applicant wrote is what the certificate says. Characters are not taken for one another (髙 is not 高)
 * unless `substitution` says that the certificate writes the one for the other (代替文字).
 */
export const isApplicant = (written: BasicFour, certified: BasicFour, substitution: Substitution = asItIs): boolean => {
  const same = (form: (text: string) => string, mine: string, theirs: string) =>
    form(mine) === form(theirs) || form(substitution(mine)) === form(theirs)
  return (
    same(plainName, written.name, certified.name) &&
    written.dateOfBirth === certified.dateOfBirth &&
    written.sex === certified.sex &&
    same(plainAddress, written.address, certified.address)
  )
}

/**
 * Whether a customer may have become `later` by a life event: birth and sex stay, and of name and address at least one does
 * (assumed: who changes both between two signatures has to come to the counter).
 */
export const isContinued = (earlier: BasicFour, later: BasicFour): boolean =>
  earlier.dateOfBirth === later.dateOfBirth &&
  earlier.sex === later.sex &&
  (plainName(earlier.name) === plainName(later.name) || plainAddress(earlier.address) === plainAddress(later.address))
