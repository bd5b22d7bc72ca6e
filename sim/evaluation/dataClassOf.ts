/** Which class of data a field of a message carries, told by the rule that the journal itself uses. */
import { carries } from '../core/dataClass.ts'
import '../messages/dataClasses.ts'

const known = new Map<string, string | null>()
/** Field names come from messages, so there could be any number of them. */
const mostKnown = 2000

export const dataClassOf = (field: string): string | null => {
  const found = known.get(field)
  if (found !== undefined) return found
  const [dataClass = null] = carries(JSON.stringify({ [field]: 'x' }))
  if (known.size < mostKnown) known.set(field, dataClass)
  return dataClass
}
