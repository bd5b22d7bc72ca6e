/** Another isolated place beside this one, with a reader of its own and one cable between the two. */
import { readdirSync, readFileSync } from 'node:fs'
import { foldersName, isolated } from './isolation.ts'
import { run, start, until, type Running } from './programs.ts'
import { startPcscd, type Place } from './reader.ts'

const childOf = (parent: number): number | undefined =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        // state and parent follow the name in parentheses (proc(5))
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(parent)
      } catch {
        return false
      }
    })

const must = async (command: string, ...args: string[]) => {
  const { status, output } = await run(command, args)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${output}`)
}

/** A place where pcscd runs; `host` is its address as seen from here. */
export const startInstance = async (number: number): Promise<{ place: Place; host: string; pcscd: Running }> => {
  const unshare = start(
    ...isolated(['bash', '-c', 'echo ready; exec sleep infinity']),
    { [foldersName]: '' },
    'SIGKILL',
  )
  await until('the place to be ready', () => unshare.output().includes('ready'))
  const init = String(await until('its first process', () => childOf(unshare.pid)))
  const place = ['nsenter', '--target', init, '--net', '--mount', `--wd=${process.cwd()}`]
  const [net, here, host] = [`10.77.${number}.0/24`, `10.77.${number}.1`, `10.77.${number}.2`]
  const [device = '', ...inside] = [`card${number}`, ...place]
  const [nsenter = '', ...target] = inside
  await must('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', init)
  await must('ip', 'addr', 'add', `${here}/24`, 'dev', device)
  await must('ip', 'link', 'set', device, 'up')
  const route = ['dev', device, 'proto', 'kernel', 'scope', 'link', 'src', here, 'quickack', '1']
  await must('ip', 'route', 'change', net, ...route)
  await must(nsenter, ...target, 'ip', 'addr', 'add', `${host}/24`, 'dev', 'eth0')
  await must(nsenter, ...target, 'ip', 'link', 'set', 'eth0', 'up')
  return { place, host, pcscd: await startPcscd(place) }
}
