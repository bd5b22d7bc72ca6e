/** The other thread of a test: opens an index it was sent and answers what it is asked. */
import { parentPort, workerData } from 'node:worker_threads'
import { openIndex } from './revocationIndex.ts'

const index = openIndex(workerData.shared)
parentPort?.postMessage(workerData.asked.map((serialNumber: string) => index.lookup(serialNumber)))
