/** Routes by which scenarios are played on request, watched and ended. */
import { Hono } from 'hono'
import * as messages from '../messages/evaluation.ts'
import type { Plays } from './plays.ts'
import { ShownProblem } from './problem.ts'
import { described, jsonBody } from './route.ts'
import { chosenVariables } from './variableList.ts'

const noSuchPlay = () =>
  new ShownProblem(404, 'no-such-play', {
    ja: 'ここから始めた実行にこの名前のものはありません（終わったものは実行記録にあります）',
    en: 'no run of this name was started from here; those that ended are among the runs',
  })

export const createPlayRoutes = (plays: Plays) =>
  new Hono()
    .get(
      '/plays',
      described({ id: 'evaluation.plays', summary: 'Plays asked for, newest first', answer: messages.playList }),
      (c) => c.json({ plays: plays.list() }),
    )
    .post(
      '/plays',
      described({ id: 'evaluation.play', summary: 'Play a scenario in a world of its own', answer: messages.play }),
      jsonBody(messages.playRequest),
      async (c) => {
        const { scenario, seed, variables } = c.req.valid('json')
        return c.json(await plays.ask({ scenario, seed, variables: chosenVariables(variables) }), 202)
      },
    )
    .get(
      '/plays/:run',
      described({ id: 'evaluation.play-progress', summary: 'How far a play has come', answer: messages.play }),
      (c) => {
        const play = plays.find(c.req.param('run'))
        if (play === undefined) throw noSuchPlay()
        return c.json(play)
      },
    )
    .delete(
      '/plays/:run',
      described({ id: 'evaluation.cancel', summary: 'End a play after its current step', answer: messages.play }),
      (c) => {
        const play = plays.cancel(c.req.param('run'))
        if (play === undefined) throw noSuchPlay()
        return c.json(play, 202)
      },
    )
