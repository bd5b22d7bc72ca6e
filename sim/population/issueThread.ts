/** The thread that makes cards: answers each message, in order, with the cards or the signatures it asked for and the CPU time they took. */
import { parentPort, workerData } from 'node:worker_threads'
import { createIssue, signBare, type Batch, type IssueOrder } from './issue.ts'

export type ThreadQuestion = { type: 'cards'; from: number; to: number } | { type: 'calibrate'; signatures: number }
export type ThreadAnswer = { cpuMs: number; batch?: Batch }

const order: IssueOrder = workerData
const issue = createIssue(order)

const answer = async (question: ThreadQuestion): Promise<ThreadAnswer> => {
  const before = process.threadCpuUsage()
  const batch = question.type === 'cards' ? await issue(question.from, question.to) : undefined
  if (question.type === 'calibrate') signBare(order, question.signatures)
  const { user, system } = process.threadCpuUsage(before)
  return { cpuMs: (user + system) / 1000, ...(batch && { batch }) }
}

let turn = Promise.resolve()
parentPort?.on('message', (question: ThreadQuestion) => {
  turn = turn.then(async () => {
    const given = await answer(question)
    parentPort?.postMessage(given, given.batch ? [given.batch.bytes.buffer] : [])
  })
})
