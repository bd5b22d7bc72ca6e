/** Broken requests as the portal shows them: problem details (RFC 9457) with what to do, in both languages. */
import { Problem, type ProblemBody } from '../core/problem.ts'

type Text = { ja: string; en: string }

/** `code` is one hyphenated word; `text` is for people, the English of it also the `detail`. */
export class ShownProblem extends Problem {
  readonly text: Text

  constructor(status: number, code: string, text: Text, options: { cause?: unknown } = {}) {
    super(status, code, text.en, options)
    this.text = text
  }

  override body(): ProblemBody & { text: Text } {
    return { ...super.body(), text: this.text }
  }
}

/** What another layer refused without words for people. */
export const shown = (problem: Problem): ShownProblem =>
  problem instanceof ShownProblem
    ? problem
    : new ShownProblem(problem.status, problem.code, {
        ja: `要求に誤りがあります（${problem.message}）`,
        en: problem.message,
      })

export const noSuchRun = () =>
  new ShownProblem(404, 'no-such-run', {
    ja: 'この名前の実行記録はありません。一覧から選んでください',
    en: 'there is no run of this name: choose one from the list',
  })

export const notInRun = (what: Text) =>
  new ShownProblem(404, 'not-in-run', { ja: `この実行記録に${what.ja}はありません`, en: `this run has no ${what.en}` })

export const wrongQuery = (name: string, wanted: Text) =>
  new ShownProblem(400, 'wrong-query', {
    ja: `${name} の指定が正しくありません（${wanted.ja}）`,
    en: `${name} is not right: ${wanted.en}`,
  })
