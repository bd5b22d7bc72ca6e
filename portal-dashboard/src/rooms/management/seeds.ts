/** Seeds as a person chooses among them. */
import type { Seed } from '../../lib/manage.ts'

/** What is sown: the choice picked, else the first; undefined where there is nothing to choose. */
export const choiceOf = ({ choices }: Seed, picked: string | undefined): string | undefined => {
  if (choices === undefined) return undefined
  return choices.find(({ id }) => id === picked)?.id ?? choices[0]?.id
}
