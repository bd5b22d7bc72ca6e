/** Seeds as test controls, `/manage/seeds`: which there are, and sowing one, one at a time. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { readBody } from '../../sim/core/body.ts'
import type { FurtherControls } from '../../sim/core/manage.ts'
import { Problem } from '../../sim/core/problem.ts'
import type { Local, World } from '../../sim/world.ts'
import { people, personOf } from '../people.ts'
import type { StepResult } from '../scenario.ts'
import { createStage, type Stage } from '../stage.ts'
import type { Registry } from '../terminals/registry.ts'
import { seeds } from './catalogue.ts'
import type { Seed } from './seed.ts'

const maxBodyBytes = 1024
const sowing = z.strictObject({ choice: z.string().max(60).optional() })

const choiceIn = ({ choices }: Seed, choice: string | undefined): string => {
  if (choices === undefined && choice === undefined) return ''
  if (choices?.some(({ id }) => id === choice)) return choice ?? ''
  const reason = choices === undefined ? 'there is nothing to choose' : 'must be one of the choices of this seed'
  throw new Problem(422, 'invalid-body', 'the body does not fit: /choice', { errors: [{ field: '/choice', reason }] })
}

/** What the stage must know of people who may have moved, died or got another card since: whoever plays did it elsewhere. */
const rememberPeople = async (stage: Stage, registry: Registry, ids: readonly string[]) => {
  for (const id of ids) {
    const found = await registry.find(personOf(id))
    if (found === undefined) continue
    stage.memory.set(`town of ${id}`, found.town)
    stage.memory.set(`standing of ${id}`, found.standing)
    if (found.card !== undefined) stage.memory.set(`card of ${id}`, found.card.cardId)
  }
}

/** `GET /` lists the seeds with their choices; `POST /{seed}` sows one and tells what came of it. */
export const createSeedControls = (world: World & { local: Local }, registry: Registry): FurtherControls => {
  let underWay: string | undefined

  const sow = async (seed: Seed, choice: string) => {
    const steps: StepResult[] = []
    const { stage, playCase } = createStage(world, (told) => void (told.type === 'step' && steps.push(told.step)))
    let told = { ja: '', en: '' }
    const { passed, tookMs } = await playCase(seed.id, seed.title, async () => {
      const everybody = seed.aboutEverybody ? people.map(({ id }) => id) : []
      await rememberPeople(stage, registry, people.some(({ id }) => id === choice) ? [choice] : everybody)
      told = await stage.step(seed.title, () => seed.sow(stage, choice, world.local.faults))
    })
    if (!passed) {
      const why = steps.find(({ failure }) => failure !== undefined)?.failure ?? 'it failed'
      throw new Problem(409, 'seed-failed', `${seed.id}: ${why}`)
    }
    return { seed: seed.id, ...(choice !== '' && { choice }), told, tookMs: Math.round(tookMs), now: world.clock.now() }
  }

  const limit = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw new Problem(413, 'too-large', `the body is larger than ${maxBodyBytes} bytes`)
    },
  })

  const app = new Hono()
    .get('/', (c) =>
      c.json({
        seeds: seeds.map(({ id, title, does, choices }) => ({ id, title, does, ...(choices && { choices }) })),
        ...(underWay !== undefined && { underWay }),
      }),
    )
    .post('/:seed', limit, async (c) => {
      const seed = seeds.find(({ id }) => id === c.req.param('seed'))
      if (seed === undefined) throw new Problem(404, 'no-such-seed', 'there is no seed of this name')
      const text = await c.req.text()
      const asked = text === '' ? {} : readBody(sowing, c.req.header('content-type'), text)
      const choice = choiceIn(seed, asked.choice)
      if (underWay !== undefined)
        throw new Problem(409, 'seed-under-way', `${underWay} is being sown; wait for its end`)
      underWay = seed.id
      try {
        return c.json(await sow(seed, choice))
      } finally {
        underWay = undefined
      }
    })
  return { path: '/seeds', app }
}
