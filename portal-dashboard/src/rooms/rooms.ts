/** The rooms of the portal: what each is called, and its page, fetched when it is first entered. */
import type { Component } from 'svelte'
import type { RoomId } from '../lib/addresses.ts'
import { m } from '../paraglide/messages.js'

export type RoomProps = { params: Readonly<Record<string, string>> }
type Room = {
  title: () => string
  page: () => Promise<{ default: Component<RoomProps> }>
  /** Takes the whole width of the screen. */
  wide?: boolean
  /** Stands in a frame of its own, without the portal's header. */
  bare?: boolean
}

export const rooms: Readonly<Record<RoomId, Room>> = {
  home: { title: m.nav_home, page: () => import('./home/Home.svelte') },
  runs: { title: m.nav_runs, page: () => import('./runs/Runs.svelte') },
  compare: { title: m.compare_title, page: () => import('./compare/Compare.svelte') },
  run: { title: m.run_title, page: () => import('./run/Run.svelte') },
  flow: { title: m.nav_flow, page: () => import('./flow/Flow.svelte') },
  stage: { title: m.nav_stage, page: () => import('./stage/Stage.svelte'), wide: true },
  time: { title: m.nav_time, page: () => import('./time/Time.svelte') },
  clinics: { title: m.clinic_title, page: () => import('./clinic/Clinics.svelte') },
  clinic: { title: m.clinic_title, page: () => import('./clinic/Clinic.svelte') },
  counters: { title: m.counter_title, page: () => import('./counter/Counters.svelte') },
  counter: { title: m.counter_title, page: () => import('./counter/Counter.svelte') },
  desks: { title: m.desk_title, page: () => import('./desk/Desks.svelte') },
  desk: { title: m.desk_title, page: () => import('./desk/Desk.svelte') },
  tvs: { title: m.nav_tv, page: () => import('./tv/TvChoice.svelte') },
  tv: { title: m.nav_tv, page: () => import('./tv/Tv.svelte'), bare: true },
  performance: { title: m.nav_performance, page: () => import('./performance/Performance.svelte') },
  cost: { title: m.nav_cost, page: () => import('./cost/Cost.svelte') },
  management: { title: m.nav_management, page: () => import('./management/Management.svelte') },
  parts: { title: m.footer_parts, page: () => import('./parts/Parts.svelte') },
}
