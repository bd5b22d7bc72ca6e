/** Sweeps: all stored certificates of all providers looked up at once, page by page, going on after a crash where the last page ended. */
import type { z } from 'zod'
import type { ActorKind, State } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { changeSweep } from '../messages/change.ts'
import type { Certificate } from '../pki/certificate.ts'
import type { Probe, StatusSource } from './revocation.ts'
import type { sweepMachine } from './sweepMachine.ts'
import type { Trust } from './trust.ts'
import type { Finding, Page, Scope, SweepRow, WatchStore } from './watchStore.ts'

/** Certificates read and written at once: so many bound the memory and what a crash repeats (assumed). */
const pageSize = 10_000

type Shown = z.output<typeof changeSweep>
type Sweeps = ActorKind<typeof sweepMachine>

export type ChangeSweeps = {
  /** Begin one, or join the one under way; 409 where certificates must be asked about one by one. */
  start(): Promise<Shown>
  /** Begin one by itself every so often, from now on. */
  startEvery(everyMs: number): void
  show(sweepId: string): Promise<Shown>
  /** The row of the last one that ended, as long as nothing newer than what it used can be had. */
  latest(): SweepRow | undefined
  /** The effect of the sweep's machine. */
  sweepAll(sweepId: string): Promise<{ checked: number; found: number }>
}

type Parts = {
  watch: WatchStore
  trust: Pick<Trust, 'anchors'>
  source: StatusSource
  sweeps: () => Sweeps
  /** Any certificate of this scope, as it was stored. */
  sample(storedCertificateId: string): Promise<Certificate>
}

export const createChangeSweeps = (site: Site, { watch, trust, source, sweeps, sample }: Parts): ChangeSweeps => {
  /** How fast the sweeps of this process go: from when and from how many on. */
  const paces = new Map<string, { since: number; checkedBefore: number }>()
  let done: SweepRow | undefined
  let starting: Promise<Shown> | undefined
  let underWay: Promise<unknown> = Promise.resolve()
  let closing = false
  // A sweep under way ends with its page; the next start goes on.
  site.store.beforeClose(async () => {
    closing = true
    await underWay
  })

  const probeOf = async (
    { issuer: fingerprint, scope }: Scope,
    certificate: Certificate,
  ): Promise<Probe | undefined> => {
    const issuer = trust.anchors().find((anchor) => anchor.certificate.fingerprint === fingerprint)?.certificate
    // A generation that is trusted no more: nothing is said about its certificates, here or when they are asked about.
    if (issuer === undefined || source.probe === undefined) return undefined
    const { serialNumber } = certificate
    const of = { serialNumber, scope, issuer, kind: 'signature', purpose: 'change-check' } as const
    const probe = await source.probe({ ...of, certificate: () => Promise.resolve(certificate) })
    // The runtime tries again later, with pauses that grow.
    if (probe === undefined) throw new Problem(503, 'no-revocation-data', 'no list or snapshot to sweep with')
    return probe
  }

  const findings = (entries: Page['entries'], { lookup }: Probe): Finding[] =>
    entries.flatMap(({ number, serialNumber }) => {
      const found = lookup(serialNumber)
      return found === undefined ? [] : [{ number, ...found }]
    })

  const sweepScope = async (scope: Scope, from: SweepRow): Promise<SweepRow> => {
    let row = from.scopeId === scope.scopeId ? from : { ...from, scopeId: scope.scopeId, position: 0 }
    let probe: Probe | undefined
    for (;;) {
      if (closing) throw new Problem(503, 'closing', 'this process ends; the sweep goes on with the next one')
      const range = { after: row.position, until: row.highestNumber, limit: pageSize }
      const { last, entries } = await watch.page(scope.scopeId, range)
      if (entries.length === 0) return row
      const any = probe === undefined ? await watch.sample(scope.scopeId, range) : undefined
      if (any !== undefined) probe = await probeOf(scope, await sample(any))
      const found = probe === undefined ? [] : findings(entries, probe)
      row = {
        ...row,
        position: last,
        checked: row.checked + entries.length,
        found: row.found + found.length,
        asOf: probe === undefined ? row.asOf : Math.min(row.asOf ?? Infinity, probe.asOf),
        answersUntil: probe === undefined ? row.answersUntil : Math.min(row.answersUntil ?? Infinity, probe.until),
      }
      await watch.keepPage(row, found)
    }
  }

  const sweepAll = async (sweepId: string) => {
    let row = await watch.beginSweep(sweepId)
    paces.set(sweepId, { since: performance.now(), checkedBefore: row.checked })
    for (const scope of await watch.scopesFrom(row.scopeId)) row = await sweepScope(scope, row)
    paces.delete(sweepId)
    done = row
    return { checked: row.checked, found: row.found }
  }

  const remaining = ({ sweepId, total, checked }: SweepRow): number | undefined => {
    const pace = paces.get(sweepId)
    if (pace === undefined || checked <= pace.checkedBefore) return undefined
    const perCertificateMs = (performance.now() - pace.since) / (checked - pace.checkedBefore)
    return Math.ceil((Math.max(0, total - checked) * perCertificateMs) / 1000)
  }

  const shown = ({ id, state, context }: State<typeof sweepMachine>, row: SweepRow | undefined): Shown => {
    const remainingSeconds = row === undefined || state === 'done' ? undefined : remaining(row)
    return {
      sweepId: id,
      state: state === 'done' ? 'done' : 'running',
      method: source.method,
      startedAt: context.startedAt,
      total: row?.total ?? 0,
      checked: row?.checked ?? 0,
      found: row?.found ?? 0,
      ...(context.endedAt !== undefined && { endedAt: context.endedAt }),
      ...(row?.asOf != null && { asOf: row.asOf }),
      ...(remainingSeconds !== undefined && { remainingSeconds }),
    }
  }

  const show = async (sweepId: string): Promise<Shown> => {
    const found = await sweeps().find(sweepId)
    if (found === undefined) throw new Problem(404, 'no-such-sweep', `there is no sweep ${sweepId}`)
    return shown(found, await watch.sweep(sweepId))
  }

  const begin = async (): Promise<Shown> => {
    if (source.probe === undefined)
      throw new Problem(409, 'no-list-to-sweep', `with ${source.method} each certificate is asked about by itself`)
    const [running] = await sweeps().list('running')
    if (running !== undefined) return shown(running, await watch.sweep(running.id))
    const sweepId = `sweep-${site.random.id()}`
    await watch.beginSweep(sweepId)
    // It goes on by itself; whoever wants to know asks how far it is.
    site.clock.hold(sweeps().start(sweepId, { at: site.clock.now() })).catch(site.report)
    return shown(
      {
        id: sweepId,
        version: 0,
        state: 'running',
        done: false,
        context: { startedAt: site.clock.now(), checked: 0, found: 0 },
      },
      await watch.sweep(sweepId),
    )
  }

  const start = (): Promise<Shown> => {
    starting ??= begin().finally(() => {
      starting = undefined
    })
    return starting
  }

  const startEvery = (everyMs: number) => {
    if (source.probe === undefined)
      throw new Error(`there is nothing to sweep with where revocation is ${source.method}`)
    site.clock.at(site.clock.now() + everyMs, async () => {
      await start()
      startEvery(everyMs)
    })
  }

  return {
    start,
    startEvery,
    show,
    latest: () =>
      done !== undefined && done.answersUntil !== null && site.clock.now() < done.answersUntil ? done : undefined,
    sweepAll,
  }
}
