/** A PIN typed at a terminal. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { askPin, type Terminal } from './askPin.ts'

const terminal = (isTTY = true) => {
  const events = new EventEmitter()
  const modes: boolean[] = []
  const stand = Object.assign(events, {
    isTTY,
    setRawMode: (raw: boolean) => void modes.push(raw),
    resume: () => undefined,
    pause: () => undefined,
  })
  return { stand, modes, type: (text: string) => void events.emit('data', text) }
}

const ask = (stand: unknown) => {
  const written: string[] = []
  const isTerminal = (value: unknown): value is Terminal => value instanceof EventEmitter
  if (!isTerminal(stand)) throw new Error('no terminal')
  return { typed: askPin('PIN', stand, (text) => void written.push(text)), written }
}

test('what is typed until Enter is the PIN, and none of it is shown', async () => {
  const { stand, modes, type } = terminal()
  const { typed, written } = ask(stand)
  type('1')
  type('29')
  type('\x7f')
  type('34\r')
  expect(await typed).toBe('1234')
  expect(written.join('')).toBe('PIN: \n')
  expect(modes).toEqual([true, false])
})

test('Ctrl+C gives up, and the terminal is as before', async () => {
  const { stand, modes, type } = terminal()
  const { typed } = ask(stand)
  type('12\x03')
  await expect(typed).rejects.toThrow('given up')
  expect(modes).toEqual([true, false])
})

test('without a terminal it is said how else to give the PIN', async () => {
  await expect(ask(terminal(false).stand).typed).rejects.toThrow('--pin')
})
