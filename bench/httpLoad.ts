/** A thread that asks one thing over 32 connections, each again as soon as it has its answer, and says how many it got. */
import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { port, request, during }: { port: number; request: Uint8Array; during: number } = workerData
let [done, wrong, open] = [0, 0, 32]
let stop = false

const ask = () => {
  const socket = connect(port, '127.0.0.1', () => socket.write(request))
  let held: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    const end = held.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/content-length: (\d+)/i.exec(held.subarray(0, end).toString('latin1'))?.[1] ?? 0)
    if (held.length < end + 4 + length) return
    if (held.subarray(9, 12).toString() !== '200') wrong++
    held = Buffer.alloc(0)
    done++
    if (stop) socket.destroy()
    else socket.write(request)
  })
  socket.on('close', () => {
    if (--open === 0) parentPort?.postMessage({ done, wrong })
  })
}

for (let i = open; i > 0; i--) ask()
setTimeout(() => {
  stop = true
}, during * 1000)
