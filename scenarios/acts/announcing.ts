/** A municipality tells the people of an area something on their televisions, at every cable operator. */
import { answer } from '../../sim/core/network.ts'
import type { CatvApp } from '../../sim/catv/index.ts'
import type { Stage } from '../stage.ts'

export type AreaNotice = {
  noticeId: string
  kind: 'municipal' | 'disaster' | 'evacuation'
  area: string
  title: string
  text: string
  /** How long it is shown. */
  forMs: number
}

export const operators = ['catv-hikari', 'catv-midori'] as const

/** Published as `municipality`; tells how many set-top boxes show it. */
export const announce = async (stage: Stage, municipality: string, { forMs, ...notice }: AreaNotice) => {
  const connect = stage.world.connectAs(municipality)
  let setTopBoxes = 0
  for (const operator of operators) {
    const json = { ...notice, until: stage.now() + forMs }
    setTopBoxes += (await answer(connect<CatvApp>(operator)['area-notices'].$post({ json }))).setTopBoxes
  }
  return setTopBoxes
}
