/** A virtual reader for tests: speaks to a card as Debian's vpcd 3.3 does, length and content in two sends, one command at a time. */
import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'

const control = { off: 0x00, on: 0x01, reset: 0x02, atr: 0x04 } as const

/** What was put in and not yet taken out, or the promise of it. */
const createMailbox = <Item>() => {
  const arrived: Item[] = []
  const waiting: ((item: Item) => void)[] = []
  return {
    put: (item: Item) => {
      const next = waiting.shift()
      if (next === undefined) arrived.push(item)
      else next(item)
    },
    take: () =>
      new Promise<Item>((resolve) => {
        if (arrived.length === 0) waiting.push(resolve)
        else arrived.splice(0, 1).forEach(resolve)
      }),
  }
}

/** Reads frames off a socket: the promise of the next one, undefined at its end. */
const frames = (socket: Socket) => {
  const mailbox = createMailbox<Buffer | undefined>()
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE()) {
      const end = 2 + bytes.readUInt16BE()
      mailbox.put(bytes.subarray(2, end))
      bytes = bytes.subarray(end)
    }
  })
  socket.on('close', () => mailbox.put(undefined))
  return mailbox.take
}

export const createTestVpcd = async (port = 0) => {
  const sockets = new Set<Socket>()
  const cards = createMailbox<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    cards.put(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the reader got no port')

  const slot = (socket: Socket) => {
    const next = frames(socket)
    const send = (content: Uint8Array) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(content.length)
      socket.write(length)
      socket.write(content)
    }
    const ask = async (content: Uint8Array) => {
      send(content)
      return (await next())?.toString('hex').toUpperCase()
    }
    return {
      socket,
      on: () => send(Buffer.of(control.on)),
      off: () => send(Buffer.of(control.off)),
      reset: () => send(Buffer.of(control.reset)),
      atr: () => ask(Buffer.of(control.atr)),
      apdu: (hex: string) => ask(Buffer.from(hex, 'hex')),
      next: async () => (await next())?.toString('hex').toUpperCase(),
      send,
      closed: () => (socket.closed ? Promise.resolve() : once(socket, 'close').then(() => undefined)),
    }
  }

  return {
    port: address.port,
    sockets,
    /** The next card that is put in. */
    inserted: async () => slot(await cards.take()),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
