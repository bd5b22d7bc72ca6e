/** A thread that asks one thing over some connections, each again as soon as it has its answer, and says how many it got. */
import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

type Load = { port: number; request: Uint8Array; during: number; connections?: number }
const { port, request, during, connections = 32 }: Load = workerData
let [done, wrong, bytes, open] = [0, 0, 0, connections]
let stop = false

const ask = () => {
  const socket = connect(port, '127.0.0.1', () => socket.write(request))
  let held: Buffer = Buffer.alloc(0)
  /** Of the body that is coming: only counted, as a list may be large. */
  let missing = 0
  const answered = () => {
    done++
    if (stop) socket.destroy()
    else socket.write(request)
  }
  socket.on('data', (chunk) => {
    const received = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    bytes += received.length
    if (missing > 0) {
      missing -= received.length
      if (missing <= 0) answered()
      return
    }
    held = held.length === 0 ? received : Buffer.concat([held, received])
    const end = held.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/content-length: (\d+)/i.exec(held.subarray(0, end).toString('latin1'))?.[1] ?? 0)
    if (held.subarray(9, 12).toString() !== '200') wrong++
    missing = end + 4 + length - held.length
    held = Buffer.alloc(0)
    if (missing <= 0) answered()
  })
  socket.on('close', () => {
    if (--open === 0) parentPort?.postMessage({ done, wrong, bytes })
  })
}

for (let i = open; i > 0; i--) ask()
setTimeout(() => {
  stop = true
}, during * 1000)
