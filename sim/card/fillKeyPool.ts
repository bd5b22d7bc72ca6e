/** The set-up script's step that fills the pool of keys: `node fillKeyPool.ts <path> <count>`. */
import { fillKeyPool } from './keyPool.ts'

const [path, count] = process.argv.slice(2)
const wanted = Number(count)
if (path === undefined || !Number.isInteger(wanted) || wanted < 0) {
  console.error('usage: node fillKeyPool.ts <path> <count>')
  process.exit(2)
}

await fillKeyPool(path, wanted, (made) => {
  if (process.stdout.isTTY) process.stdout.write(`\r  ${made}/${wanted}`)
})
if (process.stdout.isTTY) process.stdout.write('\n')
