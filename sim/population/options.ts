/** What may be said on the command line of `make.ts`, and what is not accepted. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClock } from '../core/clock.ts'
import { Explained } from '../core/explained.ts'
import type { Text } from '../core/site.ts'
import { reachedBefore } from '../keptTime.ts'
import { readVariables } from '../variables.ts'
import { CannotMake, type PopulationOptions } from './population.ts'

const usage: Text = {
  ja: '使い方: node sim/population/make.ts --folder フォルダ --cards 枚数 [--seed 英数字] [--revoked 0から1] [--keys pooled|real] [--set cardKey=p-384] [--set caKey=p-384] [--export 行数] [--at 日時]',
  en: 'usage: node sim/population/make.ts --folder FOLDER --cards NUMBER [--seed LETTERS] [--revoked 0..1] [--keys pooled|real] [--set cardKey=p-384] [--set caKey=p-384] [--export LINES] [--at TIME]',
}

const wrong = ({ ja, en }: Text) => new CannotMake({ ja: `${ja}。${usage.ja}`, en: `${en}; ${usage.en}` })

/** More cards than there are people in Japan are a slip of the finger. */
const mostCards = 130_000_000

const wholeNumber = (text: string, name: string, { least, most }: { least: number; most: number }) => {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw wrong({
    ja: `--${name} ${text} は ${least} から ${most} までの整数ではありません`,
    en: `--${name} ${text} is no whole number from ${least} to ${most}`,
  })
}

const shareOf = (text: string) => {
  const share = Number(text)
  if (/^\d(\.\d+)?$/.test(text) && share <= 1) return share
  throw wrong({
    ja: `--revoked ${text} は 0 から 1 までの数ではありません`,
    en: `--revoked ${text} is not from 0 to 1`,
  })
}

const keysOf = (text: string) => {
  if (text === 'pooled' || text === 'real') return text
  throw wrong({
    ja: `--keys ${text} は pooled か real ではありません`,
    en: `--keys ${text} is neither pooled nor real`,
  })
}

/** Of a world's variables only those that say what kind of keys there are. */
const variablesOf = (written: readonly string[]): Pick<PopulationOptions, 'variables'> => {
  const other = written.find((one) => !/^(cardKey|caKey)=/.test(one))
  if (other !== undefined)
    throw wrong({
      ja: `--set ${other}: ここで設定できるのは cardKey と caKey だけです`,
      en: `--set ${other}: only cardKey and caKey can be set here`,
    })
  return written.length === 0 ? {} : { variables: readKeyVariables(written) }
}

const readKeyVariables = (written: readonly string[]) => {
  try {
    return readVariables(written)
  } catch (cause) {
    if (!(cause instanceof Explained)) throw cause
    throw wrong({ ja: `--set ${written.join(' ')} は読めません`, en: `cannot read --set ${written.join(' ')}` })
  }
}

const seedOf = (text: string) => {
  if (/^[A-Za-z0-9]{1,20}$/.test(text)) return text
  throw wrong({
    ja: `--seed ${text} は 20 字までの英数字ではありません`,
    en: `--seed ${text} is not up to 20 letters and digits`,
  })
}

/** The given time, or now; never before what the kept world has reached. */
const timeOf = async (text: string | undefined, folder: string) => {
  const at = text === undefined ? createClock({ mode: 'real' }).now() : Date.parse(text)
  if (!Number.isFinite(at)) throw wrong({ ja: `--at ${text} は日時ではありません`, en: `--at ${text} is no time` })
  return Math.max(at, await reachedBefore(folder))
}

const parse = (args: string[]) => {
  try {
    return parseArgs({
      args,
      options: {
        folder: { type: 'string', default: join('data', 'world-large') },
        cards: { type: 'string' },
        seed: { type: 'string', default: '1' },
        revoked: { type: 'string', default: '0.05' },
        keys: { type: 'string', default: 'pooled' },
        set: { type: 'string', multiple: true, default: [] },
        export: { type: 'string', default: '2000' },
        at: { type: 'string' },
      },
    }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : ''
    throw wrong({ ja: `指定が正しくありません（${reason}）`, en: `wrong option (${reason})` })
  }
}

/** Options from the command line; throws CannotMake, which says what is wrong. */
export const readOptions = async (args: string[]): Promise<Omit<PopulationOptions, 'say' | 'signal'>> => {
  const values = parse(args)
  if (values.cards === undefined) throw wrong({ ja: '--cards がありません', en: '--cards is missing' })
  return {
    folder: values.folder,
    cards: wholeNumber(values.cards, 'cards', { least: 1, most: mostCards }),
    seed: seedOf(values.seed),
    revokedShare: shareOf(values.revoked),
    keys: keysOf(values.keys),
    ...variablesOf(values.set),
    exported: wholeNumber(values.export, 'export', { least: 0, most: mostCards }),
    now: await timeOf(values.at, values.folder),
  }
}
