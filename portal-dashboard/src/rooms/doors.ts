/** The doors in the header: where a reader can go from anywhere, and the rooms that lie behind each. */
import type { IconName } from '../design/icons.ts'
import { addressOf, type RoomId } from '../lib/addresses.ts'
import { m } from '../paraglide/messages.js'

export type Door = { rooms: RoomId[]; href: string; icon: IconName; words: () => string }

export const doors: Door[] = [
  { rooms: ['home'], href: addressOf('home'), icon: 'home', words: m.nav_home },
  { rooms: ['stage'], href: addressOf('stage', { run: 'live' }), icon: 'stage', words: m.nav_stage },
  { rooms: ['flow'], href: addressOf('flow', { run: 'live' }), icon: 'flow', words: m.nav_flow },
  { rooms: ['runs', 'run', 'compare'], href: addressOf('runs'), icon: 'runs', words: m.nav_runs },
  { rooms: ['time'], href: addressOf('time'), icon: 'time', words: m.nav_time },
]

/** Where one acts oneself, each with what can be done there. */
export const actingDoors: (Door & { what: () => string })[] = [
  { rooms: ['tvs', 'tv'], href: addressOf('tvs'), icon: 'catv', words: m.nav_tv, what: m.acting_tv },
  {
    rooms: ['clinics', 'clinic'],
    href: addressOf('clinics'),
    icon: 'clinic',
    words: m.clinic_title,
    what: m.acting_clinic,
  },
  {
    rooms: ['counters', 'counter'],
    href: addressOf('counters'),
    icon: 'municipality',
    words: m.counter_title,
    what: m.acting_counter,
  },
  {
    rooms: ['desks', 'desk'],
    href: addressOf('desks'),
    icon: 'subscription',
    words: m.desk_title,
    what: m.acting_desk,
  },
]

/** Less often gone through: in the drawer and at the foot of every page. */
export const furtherDoors: Door[] = [
  { rooms: ['performance'], href: addressOf('performance'), icon: 'runs', words: m.nav_performance },
  { rooms: ['cost'], href: addressOf('cost'), icon: 'payment', words: m.nav_cost },
  { rooms: ['management'], href: addressOf('management'), icon: 'warn', words: m.nav_management },
]
