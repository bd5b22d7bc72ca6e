/** Kill -9 in the middle of a clinic day: every visit ends, nothing is paid twice, none is lost, the journals hold. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyJournal } from '../sim/core/journal.ts'
import { answer } from '../sim/core/network.ts'
import { createRandom } from '../sim/core/random.ts'
import { openStore } from '../sim/core/store.ts'
import type { PaymentApp } from '../sim/payment/index.ts'
import { reachedBefore } from '../sim/keptTime.ts'
import { createWorld } from '../sim/world.ts'
import { receiptOf } from './acts/visiting.ts'
import { visitNumber } from './clinicDay.ts'
import { personOf } from './people.ts'
import { createStage } from './stage.ts'

const visits = 200
const kills = 20

/** Start the day and let it run, or kill it `afterMs` into the visits; says whether it got to the end. */
const startDay = (folder: string, afterMs: number | undefined) =>
  new Promise<boolean>((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'clinicDay.ts'), folder, String(visits)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let complained = ''
    child.stdout.on('data', (chunk: Buffer) => {
      const before = said
      said += chunk.toString()
      if (afterMs !== undefined && !before.includes('visits begin') && said.includes('visits begin'))
        setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(said.includes('day over'))
      else if (signal === 'SIGKILL') resolve(false)
      else reject(new Error(`the day ended with ${code}: ${complained}`))
    })
  })

test('a clinic day of 200 visits survives being killed at 20 random instants', { timeout: 600_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clinic-day-'))
  const seed = `${process.pid}-${performance.now()}`
  const random = createRandom(seed)
  for (let kill = 0; kill < kills; kill++) await startDay(folder, random.int(700))
  expect(await startDay(folder, undefined)).toBe(true)

  const world = await createWorld({ folder, seed: 'clinic-day', mode: 'virtual', startAt: await reachedBefore(folder) })
  const { stage } = createStage(world, () => undefined)
  const wrong: string[] = []
  for (let number = 1; number <= visits; number++) {
    const { visitId, clinic, person } = visitNumber(number)
    const issuer = personOf(person).payment?.issuer ?? ''
    const receipt = await receiptOf(stage, clinic, visitId)
    const { payments } = await answer(
      world
        .connectAs(clinic)<PaymentApp>(issuer)
        .payments.$get({ query: { merchantReference: visitId } }),
    )
    const captured = payments.filter(({ capturedYen }) => capturedYen > 0).map(({ capturedYen }) => capturedYen)
    if (receipt.paidBy !== 'card' || captured.length !== 1 || captured[0] !== receipt.patientYen)
      wrong.push(`${visitId}: ${receipt.paidBy} ${captured.join(' ')} of ${receipt.patientYen}`)
  }
  await world.close()
  expect(wrong, `seed ${seed}, folder ${folder}`).toEqual([])

  for (const file of readdirSync(folder).filter((name) => name.endsWith('.db'))) {
    const store = await openStore(join(folder, file))
    expect((await verifyJournal(store.read)).result, file).toBe('intact')
    await store.close()
  }
  rmSync(folder, { recursive: true })
})
