/** `npm run card -- eject`: ends the process that holds a card in a virtual reader, which takes the card out. */
import type { Clock } from '../../sim/core/clock.ts'
import { Explained } from '../../sim/core/explained.ts'
import { inLanguage } from '../language.ts'
import type { Options } from './options.ts'
import { evict, occupantOf } from './slot.ts'

export const eject = async (
  { language, host, port, reader }: Options,
  { clock, say }: { clock: Clock; say: (line: string) => void },
): Promise<number> => {
  const where = `${host}:${port}`
  const found = occupantOf({ host, port, reader })
  if (found === undefined)
    throw new Explained({
      ja: `リーダー ${reader}（${where}）には、この命令で挿入したカードはありません。`,
      en: `No card that this command inserted is in reader ${reader} (${where}).`,
    })
  if (!(await evict(found, clock)))
    throw new Explained({
      ja: `カードを持つプロセス ${found.pid} が終了しません。`,
      en: `Process ${found.pid}, which holds the card, does not end.`,
    })
  say(
    inLanguage(language)({
      ja: `${found.who} のカードをリーダー ${reader} から抜きました。`,
      en: `The card of ${found.who} was taken out of reader ${reader}.`,
    }),
  )
  return 0
}
