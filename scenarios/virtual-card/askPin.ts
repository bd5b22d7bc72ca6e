/** Asks for a PIN at the terminal, without showing it. */
import type { ReadStream } from 'node:tty'
import { Explained } from '../../sim/core/explained.ts'
import type { Text } from '../../sim/core/site.ts'

/** As much of a terminal as is used here. */
export type Terminal = Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause'>

const keys = { enter: ['\r', '\n'], backspace: ['\x7f', '\b'], interrupt: ['\x03', '\x04'] } as const

const notATerminal: Text = {
  ja: '暗証番号を尋ねる端末がありません。--pin で指定してください（実行中のプロセスの一覧に見えます）',
  en: 'There is no terminal to ask for the PIN at: give it with --pin (the list of processes then shows it)',
}

const givenUp: Text = { ja: '中止しました', en: 'given up' }

/** What is typed until Enter; throws when there is no terminal, or on Ctrl+C. */
export const askPin = async (question: string, terminal: Terminal, write: (text: string) => void): Promise<string> => {
  if (!terminal.isTTY) throw new Explained(notATerminal)
  write(`${question}: `)
  terminal.setRawMode(true)
  terminal.resume()
  const typed = Promise.withResolvers<string>()
  let pin = ''
  const hear = (chunk: unknown) => {
    for (const key of String(chunk)) {
      if (keys.enter.some((one) => one === key)) return typed.resolve(pin)
      if (keys.interrupt.some((one) => one === key)) return typed.reject(new Explained(givenUp))
      if (keys.backspace.some((one) => one === key)) pin = pin.slice(0, -1)
      else if (key >= ' ') pin += key
    }
  }
  terminal.on('data', hear)
  try {
    return await typed.promise
  } finally {
    terminal.off('data', hear)
    terminal.setRawMode(false)
    terminal.pause()
    write('\n')
  }
}
