/** `node sim/card/fillKeyPool.ts PATH COUNT`: fills the pool of card keys, showing progress; what the set-up script calls. */
import { fillKeyPool } from './keyPool.ts'

const [path, count] = process.argv.slice(2)
const wanted = Number(count)
if (path === undefined || !Number.isInteger(wanted) || wanted < 1) {
  console.error('usage: node sim/card/fillKeyPool.ts PATH COUNT')
  process.exit(2)
}

const width = 32
await fillKeyPool(path, wanted, (made) => {
  const done = Math.min(width, Math.floor((made / wanted) * width))
  if (process.stdout.isTTY) process.stdout.write(`\r  [${'#'.repeat(done)}${'.'.repeat(width - done)}] ${made}/${wanted}`)
})
console.log(process.stdout.isTTY ? '' : `  ${wanted}/${wanted}`)
