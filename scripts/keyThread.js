/** A thread that makes an RSA key for each message it gets, posts it as PKCS#8 in base64, and ends when told `end`. */
import { generateKeyPairSync } from 'node:crypto'
import { getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

// Linux gives a thread a priority of its own (setpriority(2), "C library/kernel differences"); elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(Math.max(getPriority(), workerData.priority))

parentPort.on('message', (message) => {
  if (message === 'end') return parentPort.close()
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 })
  parentPort.postMessage(privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'))
})
