/** How the open world stands: its parties, and what its registers come to. */
import type { Fault } from '../core/faults.ts'
import type { World } from '../messages/evaluation.ts'
import type { PartyDescription } from '../parties.ts'
import type { Local } from '../world.ts'
import { readObject } from './display.ts'
import type { RunJournal } from './runJournal.ts'
import { activeStates } from './stateName.ts'

/** The world that is open, as the evaluation sees it. */
export type OpenWorld = {
  local: Local
  parties: PartyDescription[]
  variables: World['variables']
  folder: string
  seed: string
  /** Wall time, Unix ms. */
  openedAt: number
  loginUrl?: string
}

type Counts = World['counts']
type Certificate = { kind: 'signature' | 'authentication'; revoked: boolean; held: boolean; notAfter: number }

/** Actors read at a time (assumed); others get a turn between. */
const atATime = 2000

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** A certificate as its life tells it; undefined for one that is told otherwise by another version. */
const certificateOf = (state: string, snapshot: unknown): Certificate | undefined => {
  const context = isRecord(snapshot) && isRecord(snapshot['context']) ? snapshot['context'] : {}
  const { kind, notAfter, reason } = context
  if ((kind !== 'signature' && kind !== 'authentication') || typeof notAfter !== 'number') return undefined
  return { kind, notAfter, revoked: state === 'revoked', held: reason === 'certificateHold' }
}

const standing = ({ revoked, held, notAfter }: Certificate, now: number) =>
  revoked ? (held ? 'held' : 'revoked') : now > notAfter ? 'expired' : 'valid'

const how = {
  ja: '住民は市区町村の、証明書は認証局の状態機械の現在の状態から、カードは「カードを作る」メッセージの記録から数えます。有効期限切れは世界の時刻で判定します。npm run population で大量発行した分は含みません。',
  en: 'Residents and certificates are counted from the present states of the municipalities’ and the certification authority’s machines, cards from the journal of the messages that make one; expiry by the world’s time. What npm run population issued in bulk is not included.',
}

/** What was counted, and up to which entries of the journals it holds. */
type Counted = { mark: string; residents: Counts['residents']; certificates: Certificate[] }

/** Reads registers again only when their journals went on. */
export const createWorldState = (world: OpenWorld, journal: RunJournal) => {
  const { local, parties } = world
  let counted: Counted = { mark: '', residents: [], certificates: [] }
  let cards = 0
  let cardsReached = 0
  let beganAt: number | null = null
  let turn: Promise<unknown> = Promise.resolve()

  const towns = parties.filter(({ folder }) => folder === 'municipality').map(({ id }) => id)

  const countResidents = async () => {
    const states = new Map<string, number>()
    for (const town of towns)
      for (const { state, count } of (await journal.file(town)?.actorStates('resident')) ?? []) {
        const [name = state] = activeStates(state)
        states.set(name, (states.get(name) ?? 0) + count)
      }
    return [...states].map(([state, count]) => ({ state, count })).sort((a, b) => b.count - a.count)
  }

  const readCertificates = async () => {
    const found: Certificate[] = []
    const file = journal.file('ca')
    for (let after = ''; file !== undefined;) {
      const rows = await file.actors('certificate', after, atATime)
      for (const { state, snapshot } of rows) {
        const one = certificateOf(state, snapshot)
        if (one !== undefined) found.push(one)
      }
      after = rows.at(-1)?.id ?? after
      if (rows.length < atATime) break
      await new Promise((next) => setImmediate(next))
    }
    return found
  }

  const countCards = async () => {
    const file = journal.file('card')
    for (; file !== undefined;) {
      const rows = await file.rowsOfKind('call', cardsReached, atATime)
      for (const { number, body } of rows) {
        const { purpose, status, replayed } = readObject(body)
        if (purpose === 'card.make' && status === 200 && replayed !== true) cards += 1
        cardsReached = number
      }
      if (rows.length < atATime) return
    }
  }

  const count = async (now: number): Promise<Counts> => {
    const heads = await journal.heads()
    const mark = ['ca', ...towns].map((party) => heads.get(party) ?? 0).join(' ')
    if (mark !== counted.mark)
      counted = { mark, residents: await countResidents(), certificates: await readCertificates() }
    await countCards()
    const certificates = (['signature', 'authentication'] as const).map((kind) => {
      const sums = { kind, valid: 0, revoked: 0, held: 0, expired: 0 }
      for (const one of counted.certificates) if (one.kind === kind) sums[standing(one, now)] += 1
      return sums
    })
    return { residents: counted.residents, cards, certificates, how }
  }

  /** One after another: two at once would count the same cards twice. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  const saysDown = ({ kind, to, probability, pathPrefix, from }: Fault, party: string) =>
    kind === 'down' && to === party && probability === 1 && pathPrefix === undefined && from === undefined

  const answers = async (party: string) => {
    try {
      await journal.file(party)?.head()
      return local.apps.has(party)
    } catch {
      return false
    }
  }

  return {
    read: (): Promise<World> =>
      inTurn(async () => {
        const { clock } = local
        const faults = local.faults.list()
        const now = clock.now()
        const [first] = (await journal.page(new Map(), 1)).entries
        beganAt ??= first?.at ?? null
        const states: World['parties'] = []
        for (const { id, role, folder, name } of parties) {
          const concerned = faults.filter(
            ({ to, from }) => to === id || from === id || (to === undefined && from === undefined),
          )
          const up = (await answers(id)) && !concerned.some((fault) => saysDown(fault, id))
          states.push({ id, role, folder, name, up, faults: concerned })
        }
        return {
          now,
          mode: clock.mode,
          nextDueAt: clock.nextDueAt() ?? null,
          beganAt,
          openedAt: world.openedAt,
          variables: world.variables,
          parties: states,
          counts: await count(now),
          loginUrl: world.loginUrl ?? null,
        }
      }),
  }
}
