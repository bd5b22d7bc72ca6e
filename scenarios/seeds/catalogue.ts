/** Every seed, in the order in which they are offered. */
import { cardSeeds } from './cards.ts'
import { changeSeeds } from './change.ts'
import { noticeSeeds } from './notices.ts'
import type { Seed } from './seed.ts'
import { troubleSeeds } from './trouble.ts'

export const seeds: readonly Seed[] = [...noticeSeeds, ...troubleSeeds, ...cardSeeds, ...changeSeeds]
