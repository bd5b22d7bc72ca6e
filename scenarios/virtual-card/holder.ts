/** Who PERSON on the command line is, and which card that person holds, as the registers know it today. */
import { Explained } from '../../sim/core/explained.ts'
import type { Text } from '../../sim/core/site.ts'
import type { ResidentRecord } from '../../sim/municipality/store.ts'
import { people, type Person } from '../people.ts'
import { generated } from '../population.ts'
import { nearest } from './nearest.ts'
import type { Testbed } from './testbed.ts'

/** A resident as one municipality looks after them. */
export type Registered = { residentId: string; town: string; record: ResidentRecord; person?: Person }

/** How things stand with a resident's card; `none` has nothing to insert. */
export type Standing = 'in-use' | 'no-signature' | 'dead' | 'lost' | 'none'

/** Whoever has a card is shown with it; a card given by its own id has no known holder. */
export type Holder = Partial<Registered> & { cardId: string }

/** A person of scenarios/people.ts or a generated one; neither need be registered in the running world. */
const knownPerson = (id: string): Person | undefined => people.find((candidate) => candidate.id === id) ?? generated(id)

const plain = (name: string) => name.replaceAll(/\s/g, '')

/** The id of the person of this name (氏名, with or without the space), or what was given. */
const idOf = (asked: string) => people.find(({ basicFour }) => plain(basicFour.name) === plain(asked))?.id ?? asked

/** The record of the municipality that looks after the resident now; of a departed one only if no other has it. */
export const registeredAs = async (testbed: Testbed, residentId: string): Promise<Registered | undefined> => {
  const person = knownPerson(residentId)
  const home = person?.municipality
  const towns = testbed.municipalities.toSorted((a, b) => Number(b === home) - Number(a === home))
  let departed: Registered | undefined
  for (const town of towns) {
    const record = await testbed.resident(town, residentId)
    if (record === undefined) continue
    const found = { residentId, town, record, ...(person !== undefined && { person }) }
    if (record.state !== 'departed') return found
    departed ??= found
  }
  return departed
}

export const standingOf = ({ record }: Registered): Standing => {
  if (record.state === 'dead') return 'dead'
  if (record.cardId === undefined) return record.lostCardId === undefined ? 'none' : 'lost'
  return record.certificates.some(({ kind }) => kind === 'signature') ? 'in-use' : 'no-signature'
}

const unknown = (asked: string): Explained => {
  const close = nearest(
    asked,
    people.flatMap(({ id, basicFour }) => [id, plain(basicFour.name)]),
  )
  const meant = people.filter(({ id, basicFour }) => close.includes(id) || close.includes(plain(basicFour.name)))
  const list = meant.map(({ id, basicFour }) => `  ${id}  ${basicFour.name}`).join('\n')
  return new Explained({
    ja:
      `「${asked}」という住民もカードも、このテストベッドにはありません。` +
      (meant.length > 0 ? `近い名前:\n${list}\n` : '') +
      '全員は `npm run card -- list` で見られます。',
    en:
      `This testbed has no resident and no card called ${asked}. ` +
      (meant.length > 0 ? `Close to it:\n${list}\n` : '') +
      'See everybody with `npm run card -- list`.',
  })
}

const notRegistered = (person: Person): Explained => {
  const { id, basicFour } = person
  const isFounded = people.includes(person)
  return new Explained({
    ja: `${basicFour.name}（${id}）は、動いているこの世界には登録されていません。${isFounded ? '`npm start` の世界には全員がいます。' : ''}`,
    en: `${basicFour.name} (${id}) is not registered in the world that is running${isFounded ? '; that of `npm start` has everybody' : ''}.`,
  })
}

/** The resident meant, in whatever state; undefined when it is no resident's id or name. Throws for somebody known who is not registered here. */
const findResident = async (testbed: Testbed, asked: string): Promise<Registered | undefined> => {
  const residentId = idOf(asked)
  const found = await registeredAs(testbed, residentId)
  const person = knownPerson(residentId)
  if (found === undefined && person !== undefined) throw notRegistered(person)
  return found
}

/** As `findResident`, for what only a resident can do. */
export const residentOrExplain = async (testbed: Testbed, asked: string): Promise<Registered> => {
  const found = await findResident(testbed, asked)
  if (found === undefined) throw unknown(asked)
  return found
}

const withoutCard = ({ residentId, record }: Registered): Text => {
  const who = { ja: `${record.basicFour.name}（${residentId}）`, en: `${record.basicFour.name} (${residentId})` }
  if (record.state === 'dead')
    return {
      ja: `${who.ja}は亡くなり、カードは効力を失っています。`,
      en: `${who.en} has died, and the card with that has ended.`,
    }
  return { ja: `${who.ja}はカードを持っていません。`, en: `${who.en} has no card.` }
}

/** The card that can be put into a reader: the one held, or the one that was lost, in whose hands it may be. */
export const cardIdOf = ({ record }: Registered): string | undefined => record.cardId ?? record.lostCardId

/** The card meant by a resident's id or name or by its own id; throws an explanation when there is none. */
export const findHolder = async (testbed: Testbed, asked: string): Promise<Holder> => {
  const resident = await findResident(testbed, asked)
  if (resident === undefined) {
    if (/^[A-Za-z0-9-]{1,60}$/.test(asked) && (await testbed.cardState(asked)) !== undefined) return { cardId: asked }
    throw unknown(asked)
  }
  const cardId = cardIdOf(resident)
  if (cardId === undefined) throw new Explained(withoutCard(resident))
  return { ...resident, cardId }
}
