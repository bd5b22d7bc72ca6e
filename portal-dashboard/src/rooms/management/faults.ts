/** Faults as a person thinks of them: a form of a few choices, and what a rule comes to. */
import type { Fault, FaultOrder } from '../../lib/manage.ts'

export const faultKinds = ['down', 'delay', 'error', 'drop', 'drop-answer', 'duplicate'] as const
export type FaultKind = (typeof faultKinds)[number]

/** How often it strikes, and how long a slow message takes: a few choices each. */
export const shares = ['1', '0.5', '0.1'] as const
export const lasting = ['always', '1', '5'] as const
export const delays = ['1000', '5000', '30000', '300000'] as const

export type FaultForm = {
  kind: FaultKind
  /** Empty: anybody. */
  from: string
  to: string
  share: string
  times: string
  delay: string
}

export const emptyForm: FaultForm = { kind: 'down', from: '', to: '', share: '1', times: 'always', delay: '5000' }

/** The rule that a form orders. */
export const orderOf = ({ kind, from, to, share, times, delay }: FaultForm): FaultOrder => ({
  kind,
  ...(from !== '' && { from }),
  ...(to !== '' && { to }),
  probability: Number(share),
  ...(times !== 'always' && { times: Number(times) }),
  ...(kind === 'delay' && { ms: Number(delay) }),
})

export type FaultRow = {
  id: number
  kind: Fault['kind']
  from: string | undefined
  to: string | undefined
  /** In whole per cent. */
  percent: number
  /** How many messages it still strikes; undefined: all until it is removed. */
  timesLeft: number | undefined
  /** Of a delay. */
  delayMs: number | undefined
  /** Of an error. */
  status: number | undefined
  pathPrefix: string | undefined
}

/** The newest first. */
export const faultRows = (faults: readonly Fault[]): FaultRow[] =>
  faults
    .map(({ id, kind, from, to, probability, times, ms, status, pathPrefix }) => ({
      ...{ id, kind, from, to, pathPrefix },
      percent: Math.round(probability * 100),
      timesLeft: times,
      delayMs: kind === 'delay' ? ms : undefined,
      status: kind === 'error' ? status : undefined,
    }))
    .sort((a, b) => b.id - a.id)
