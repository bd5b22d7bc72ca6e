/** Looks for what an isolated place left behind: processes with its mark, mounts of its folder. */
import { readdirSync, readFileSync } from 'node:fs'
import { markName } from './isolation.ts'

const readOr = (path: string, otherwise: string) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // the process has ended since it was listed, or is somebody else's
    return otherwise
  }
}

/** Command lines of the processes that carry this mark. */
export const markedProcesses = (mark: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => readOr(`/proc/${pid}/environ`, '').split('\0').includes(`${markName}=${mark}`))
    .map((pid) => readOr(`/proc/${pid}/cmdline`, '').replaceAll('\0', ' '))

/** Mounts seen from here whose place is `folder`. */
export const mountsOf = (folder: string): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[4] === folder)
