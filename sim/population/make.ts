/** `node sim/population/make.ts --folder data/world-large --cards 100000`: gives a world a population of cards with certificates. */
import { join } from 'node:path'
import type { Text } from '../core/site.ts'
import { populationFolder } from './folder.ts'
import { readOptions } from './options.ts'
import { CannotMake, makePopulation, noticeOf, type Measures, type PopulationOptions } from './population.ts'

const say = ({ ja, en }: Text) => console.log(`${ja} / ${en}`)

/** About the rate on one CPU, for a warning before hours of work (measured). */
const realKeysPerSecond = 15

const round = (value: number) => Math.round(value).toLocaleString('en-US')

const tell = (folder: string, of: Measures) => {
  const perCpu = (of.certificates * 1000) / of.issueCpuMs
  const total = round(of.totalMs / 1000)
  say({
    ja: `カード ${round(of.cards)} 枚、証明書 ${round(of.certificates)} 枚（失効 ${round(of.revoked)} 枚）を ${total} 秒で作成`,
    en: `${round(of.cards)} cards with ${round(of.certificates)} certificates (${round(of.revoked)} revoked) made in ${total} s`,
  })
  const keys = `${round((of.keys * 1000) / (of.primesMs + of.keyMs / of.threads))}/s (${of.primes} primes ${round(of.primesMs)} ms)`
  say({ ja: `  鍵 ${keys}`, en: `keys ${keys}` })
  const certificates =
    `${round((of.certificates * 1000) / of.issueMs)}/s with keys on ${of.threads} threads, ` +
    `${round(perCpu)}/CPU-s = ${(perCpu / of.signLimit).toFixed(2)} × RSA-2048 sign (${round(of.signLimit)}/CPU-s)`
  say({ ja: `  証明書 ${certificates}`, en: `certificates ${certificates}` })
  const rows = `${round(of.rowsMs / 1000)} s, ${round((of.certificates * 1000) / of.rowsMs)}/s`
  say({ ja: `  認証局への登録 ${rows}`, en: `rows at the authority ${rows}` })
  const { whole, cards, lines } = populationFolder(folder)
  say({
    ja: `  ${join(whole, cards)}（${round(of.sizeBytes / 1e6)} MB）と ${join(whole, lines)}（k6 用）`,
    en: `${join(whole, cards)} and, for k6, ${join(whole, lines)}`,
  })
}

const main = async () => {
  const stop = new AbortController()
  // npm passes on a Ctrl-C that the terminal has sent here already, so it may come twice.
  const end = () => {
    if (!stop.signal.aborted) say({ ja: '\n中止しています…', en: 'stopping …' })
    stop.abort()
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  try {
    const options: PopulationOptions = { ...(await readOptions(process.argv.slice(2))), say, signal: stop.signal }
    if (options.keys === 'pooled') say(noticeOf(options))
    else if (options.variables?.cardKey !== 'p-384') {
      const minutes = round((2 * options.cards) / realKeysPerSecond / 60)
      say({
        ja: `鍵の生成に CPU 一つで約 ${minutes} 分かかります`,
        en: `making the keys takes one CPU about ${minutes} minutes`,
      })
    }
    const measures = await makePopulation(options)
    if (measures === undefined)
      say({
        ja: '前回の作成は最後の一歩を残すだけだったので、仕上げました',
        en: 'an earlier run had only its last step left, which is done now',
      })
    else tell(options.folder, measures)
  } catch (error) {
    if (stop.signal.aborted) {
      say({ ja: '中止しました。何も残していません', en: 'stopped; nothing was left behind' })
      process.exitCode = 130
      return
    }
    if (!(error instanceof CannotMake)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

await main()
