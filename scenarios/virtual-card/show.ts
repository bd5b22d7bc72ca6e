/** `npm run card -- show`: everything about a person's card, from the register and from the card itself, read as a terminal does. */
import { createReader } from '../../sim/card/reader.ts'
import type { Clock } from '../../sim/core/clock.ts'
import type { Text } from '../../sim/core/site.ts'
import { inLanguage } from '../language.ts'
import { describeContents, refusedPin } from './contents.ts'
import { findHolder, type Holder } from './holder.ts'
import type { Options } from './options.ts'
import { occupants, type Occupant } from './slot.ts'
import { findTestbed, type Testbed } from './testbed.ts'

const kinds = {
  authentication: { ja: '利用者証明用', en: 'authentication' },
  signature: { ja: '署名用', en: 'signature' },
} as const

/** The register's words (sim/municipality/residentMachine.ts). */
const states: Readonly<Record<string, string>> = {
  registered: '登録',
  dead: '死亡',
  departed: '転出',
  abroad: '国外転出',
  arriving: '転入手続中',
}

/** What the municipality's register says of the holder and the certificates. */
const fromRegister = ({ record, town, residentId, person, cardId }: Holder, { parties }: Testbed): Text[] => {
  if (record === undefined) return [{ ja: `カード ${cardId}（持ち主は不明）`, en: `card ${cardId} (holder unknown)` }]
  const name = parties.find(({ id }) => id === town)?.name ?? { ja: town ?? '', en: town ?? '' }
  const { basicFour, certificates, state } = record
  return [
    {
      ja: `${basicFour.name}（${residentId}）、${name.ja}${person === undefined ? '' : `: ${person.standsFor.ja}`}`,
      en: `${basicFour.name} (${residentId}), ${name.en}${person === undefined ? '' : `: ${person.standsFor.en}`}`,
    },
    {
      ja: `カード: ${cardId}、登録の状態: ${states[state] ?? state}`,
      en: `card: ${cardId}, state in the register: ${state}`,
    },
    ...certificates.map(({ kind, serialNumber, notAfter, valid }) => {
      const until = new Date(notAfter).toISOString().slice(0, 10)
      return {
        ja: `登録: ${kinds[kind].ja} ${serialNumber}、${until} まで、${valid ? '有効' : '失効'}`,
        en: `register: ${kinds[kind].en} ${serialNumber}, until ${until}, ${valid ? 'valid' : 'not valid'}`,
      }
    }),
  ]
}

const inReader = ({ reader, host, port }: Occupant): Text => ({
  ja: `カードはリーダー ${reader}（${host}:${port}）に入っているので、ここでは読みません（照合した暗証番号が忘れられるため）。リーダーからは \`npm run card -- read --reader ${reader}\` で読めます。`,
  en: `The card is in reader ${reader} (${host}:${port}), so it is not read here (it would forget the PIN verified there). Read it there with \`npm run card -- read --reader ${reader}\`.`,
})

const destroyed: Text = {
  ja: 'このカードは返納され、破棄されています。何を送っても 6F00 しか返しません。',
  en: 'This card was handed in and destroyed: it answers nothing but 6F00.',
}

/** With `--pin` the signature password is verified first; without it no try is risked. */
export const show = async (
  options: Options,
  { say, clock }: { say: (line: string) => void; clock: Clock },
): Promise<number> => {
  const t = inLanguage(options.language)
  const testbed = await findTestbed(options.url)
  const holder = await findHolder(testbed, options.names[0] ?? '')
  for (const line of fromRegister(holder, testbed)) say(t(line))
  const occupant = occupants().find((one) => one.cardId === holder.cardId && one.url === testbed.url)
  if (occupant !== undefined) {
    say(t(inReader(occupant)))
    return 0
  }
  if ((await testbed.cardState(holder.cardId))?.disabled === true) {
    say(t(destroyed))
    return 0
  }
  const { transmit, reset } = testbed.terminal(holder.cardId)
  await reset()
  try {
    const reader = createReader(transmit)
    await reader.select()
    if (options.pin !== undefined) {
      const verified = await reader.verify('signature', options.pin)
      if (verified.result !== 'ok') {
        say(t(refusedPin(verified)))
        return 1
      }
    }
    for (const line of await describeContents(reader, clock.now())) say(t(line))
  } finally {
    await reset()
  }
  return 0
}
