/** `npm run card`: residents' cards of a running testbed in virtual readers, for any smart-card software; exit code 0, 1 (could not) or 2 (misused). */
import { createClock, SECOND } from '../../sim/core/clock.ts'
import { Explained } from '../../sim/core/explained.ts'
import { Problem } from '../../sim/core/problem.ts'
import { chooseLanguage, inLanguage, WrongOption } from '../language.ts'
import { eject } from './eject.ts'
import { insert } from './insert.ts'
import { list } from './list.ts'
import { readOptions, usage } from './options.ts'
import { read } from './read.ts'
import { show } from './show.ts'
import { unblock } from './unblock.ts'

const clock = createClock({ mode: 'real' })

/** `npm run` that is told to end ends its shell, and the shell nobody: then this process's parent is another. */
const untilOrphaned = async () => {
  const parent = process.ppid
  while (process.ppid === parent) await clock.pass(SECOND / 2)
}

/** Until Ctrl+C, `eject`, or the end of the terminal or of `npm run`. */
const untilAsked = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    if (process.env['npm_lifecycle_event'] !== undefined) void untilOrphaned().then(resolve)
  })

const main = (): Promise<number> => {
  const options = readOptions(process.argv.slice(2), process.env)
  const surroundings = { clock, say: (line: string) => console.log(line), untilAsked }
  return { list, insert, eject, unblock, show, read }[options.action](options, surroundings)
}

/** The language asked for, also when the rest of the command line is wrong. */
const language = () => {
  const given = process.argv[process.argv.indexOf('--lang') + 1]
  return chooseLanguage(given === 'ja' || given === 'en' ? given : undefined, process.env)
}

const explain = (error: unknown): { said: unknown; code: number } => {
  const t = inLanguage(language())
  if (error instanceof Explained) return { said: t(error.text), code: 1 }
  if (error instanceof Problem)
    return {
      said: t({
        ja: `テストベッドの答え（${error.status}）: ${error.message}`,
        en: `the testbed answered ${error.status}: ${error.message}`,
      }),
      code: 1,
    }
  if (error instanceof WrongOption || (error instanceof TypeError && 'code' in error))
    return { said: `${error.message === '' ? '' : `${error.message}\n`}${t(usage)}`, code: 2 }
  return { said: error, code: 1 }
}

Promise.resolve()
  .then(main)
  .catch((error: unknown) => {
    const { said, code } = explain(error)
    console.error(said)
    return code
  })
  .then((code) => process.exit(code))
