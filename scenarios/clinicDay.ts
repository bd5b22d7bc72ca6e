/**
 * A day of visits at two clinics that may be killed at any instant: `node scenarios/clinicDay.ts FOLDER VISITS`.
 * Started again on the same folder it goes on where it was; it prints a line when it begins and one JSON line at the end.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MINUTE } from '../sim/core/clock.ts'
import { Problem } from '../sim/core/problem.ts'
import { reachedBefore } from '../sim/keptTime.ts'
import { createWorld, standardStart } from '../sim/world.ts'
import { found } from './acts/founding.ts'
import { linkAll } from './acts/linking.ts'
import { arrive, payByCard, receive, treat, visitOf } from './acts/visiting.ts'
import { createStage, type Stage } from './stage.ts'

const patients = ['taro', 'hanako', 'kenji', 'ryoshin', 'modoshi', 'kyunin', 'makoto', 'daisuke']

/** Who comes, where, and what the treatment costs (invented): the same each time it is asked. */
export const visitNumber = (number: number) => ({
  visitId: `D-${number}`,
  clinic: number % 2 === 0 ? 'clinic-sakura' : 'clinic-kaede',
  person: patients[number % patients.length] ?? '',
  points: 10 + (number % 7),
})

const stateOf = async (stage: Stage, clinic: string, visitId: string) => {
  try {
    return (await visitOf(stage, clinic, visitId)).state
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return 'none'
    throw error
  }
}

/** Do whatever comes next in this visit until it is over; every step may have been begun by a process that is no more. */
const attend = async (stage: Stage, number: number) => {
  const { visitId, clinic, person, points } = visitNumber(number)
  for (let tries = 0; tries < 50; tries++) {
    const state = await stateOf(stage, clinic, visitId)
    if (state === 'none') await arrive(stage, clinic, visitId, person)
    else if (state === 'arrived') await receive(stage, clinic, visitId, person)
    else if (state === 'eligible') await treat(stage, clinic, visitId, points)
    else if (state === 'billed') await payByCard(stage, clinic, visitId, person)
    else if (state === 'finished' || state === 'paid') return
    else await stage.advance(2 * MINUTE)
  }
  throw new Error(`visit ${visitId} does not end: it is ${await stateOf(stage, clinic, visitId)}`)
}

const main = async () => {
  const [folder = '', visits = '200'] = process.argv.slice(2)
  const startAt = Math.max(standardStart, await reachedBefore(folder))
  const world = await createWorld({ folder, seed: 'clinic-day', mode: 'virtual', startAt })
  const { stage, playCase } = createStage(world, () => undefined)
  const marker = join(folder, 'founded')
  if (!existsSync(marker)) {
    const { passed } = await playCase('founding', { ja: '準備', en: 'Preparation' }, async () => {
      await found(stage, patients)
      await linkAll(stage, patients)
    })
    if (!passed) throw new Error('the day could not be prepared')
    writeFileSync(marker, '')
  }
  console.log('visits begin')
  for (let number = 1; number <= Number(visits); number++) await attend(stage, number)
  await world.close()
  console.log('day over')
}

if (import.meta.main) await main()
