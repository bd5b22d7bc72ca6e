/** Lines that tell a person how far a long piece of work has come and how long it will take, in Japanese and English. */
import type { Text } from '../core/site.ts'

export type Say = (text: Text) => void

/** Between two lines (assumed). */
const linesApartMs = 2000

const count = (number: number) => number.toLocaleString('en-US')
const seconds = (ms: number) => `${Math.ceil(ms / 1000)}`

/** Tell it how much of `total` is done, as often as you like. */
export const createProgress = ({ what, total, say }: { what: Text; total: number; say: Say }) => {
  const startedAt = performance.now()
  let saidAt = startedAt
  return (done: number) => {
    const now = performance.now()
    if (done === 0 || (done < total && now - saidAt < linesApartMs)) return
    saidAt = now
    const percent = Math.floor((100 * done) / total)
    const left = seconds(((now - startedAt) * (total - done)) / done)
    const taken = seconds(now - startedAt)
    const of = `${count(done)}/${count(total)} (${percent} %)`
    say(
      done < total
        ? { ja: `${what.ja} ${of}、残り約 ${left} 秒`, en: `${what.en} ${of}, about ${left} s left` }
        : { ja: `${what.ja} ${of}、${taken} 秒で完了`, en: `${what.en} ${of}, done in ${taken} s` },
    )
  }
}
