/** Who signs up with whom, and what the year has in store for them. */
import { type LifeEvent } from '../acts/year.ts'
import { personOf } from '../people.ts'
import { population } from '../population.ts'

export const services: Record<string, string> = {
  'contract-hikari': 'cable-tv',
  'mobile-sora': 'mobile',
  'broadcaster-koho': 'receiving-contract',
  'rights-uta': 'membership',
}

/** Who lives through what, on which day of the year; the crowd’s events and days below are drawn alike (all invented). */
export const lives: [person: string, event: LifeEvent, day: number][] = [
  ['wataru', 'move-within', 40],
  ['tenko', 'move-between', 75],
  ['aika', 'rename', 100],
  ['tsutomu', 'death', 130],
  ['hayashi', 'renewal', 155],
  ['nakusu', 'card-loss', 190],
  ['henji', 'move-within', 60],
  ['kigen', 'expiry', 293],
]

/** Who gets a new signature certificate of their own accord, and how many days after the change; the others when they are asked (invented). */
export const unasked: Record<string, number> = { wataru: 0, aika: 14 }
/** So many of the crowd do, within a month (assumed). */
export const unaskedShare = 0.5
export const unaskedWithinDays = 30

export const steady = ['taro', 'fudo', 'tekkai', 'kakuji', 'uta']

export const crowd = population('year', 14)

export const crowdEvents: LifeEvent[] = [
  'move-within',
  'move-between',
  'rename',
  'renewal',
  'card-loss',
  'none',
  'none',
]

export const providersOf = (person: string): string[] => [
  ...(personOf(person).television?.operator === 'catv-hikari' ? ['contract-hikari'] : []),
  'mobile-sora',
  ...(person.startsWith('g-') ? [] : ['broadcaster-koho']),
  ...(person === 'uta' || person === 'henji' ? ['rights-uta'] : []),
]
