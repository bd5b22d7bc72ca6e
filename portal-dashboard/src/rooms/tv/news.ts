/** Which events of the running world may change what a television shows. */
import type { DisplayEvent } from '../../../../sim/messages/evaluation.ts'

/** Asking changes nothing, and this page's own asking must not make it ask again. */
const mereQuestions = [
  'screen.show',
  'operator.show',
  'area-notice.list',
  'terminal.show-reader',
  'terminal.list-readers',
  'terminal.list-people',
  'terminal.show-person',
]

type Heard = Pick<DisplayEvent, 'party' | 'kind' | 'purpose' | 'transition'>

/** Something done at this operator, or with a card reader. */
export const concerns = ({ party, purpose, transition }: Heard, { operator }: { operator: string }): boolean => {
  if (party !== operator && party !== 'people') return false
  return transition !== null || (purpose !== null && !mereQuestions.includes(purpose.id))
}
