/** A thread that makes RSA keys and posts each as PKCS#8 in base64. */
import { generateKeyPairSync } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { exportPrivateKey } from '../pki/key.ts'

for (let made = 0; made < Number(workerData.count); made++) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 })
  parentPort?.postMessage(exportPrivateKey(privateKey))
}
