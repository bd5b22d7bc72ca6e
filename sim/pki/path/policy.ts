/**
 * Which policies a path is valid for: the graph of RFC 9618 section 5, which decides as the tree of RFC 5280 section 6.1 does but cannot
 * grow exponentially.
 */
import type { Budget } from './budget.ts'

export const anyPolicy = '2.5.29.32.0'

/** What the caller demands (RFC 5280 section 6.1.1 (c), (e), (f), (g)); without `initial` every policy will do. */
export type PolicyInput = {
  readonly initial?: readonly string[] | undefined
  readonly explicit?: boolean | undefined
  readonly inhibitMapping?: boolean | undefined
  readonly inhibitAny?: boolean | undefined
}

/** `parents` are the policies of the level above through which this one is valid. */
type Node = { expected: ReadonlySet<string>; readonly parents: Set<string> }
type Level = Map<string, Node>

const node = (policy: string, parents: Iterable<string>): Node => ({
  expected: new Set([policy]),
  parents: new Set(parents),
})

export type PolicyGraph = ReturnType<typeof createPolicyGraph>

export function createPolicyGraph(budget: Budget) {
  /** One level a certificate; undefined once no policy is valid. */
  let levels: Level[] | undefined = [new Map([[anyPolicy, node(anyPolicy, [])]])]

  const lastLevel = (): Level => levels?.at(-1) ?? new Map()

  /** 6.1.3 (d)(3): nodes without children go, from the bottom up; the graph goes with its last node. */
  const prune = () => {
    if (!levels) return
    for (let depth = levels.length - 2; depth >= 0; depth--) {
      const used = new Set([...(levels[depth + 1]?.values() ?? [])].flatMap(({ parents }) => [...parents]))
      for (const policy of levels[depth]?.keys() ?? []) if (!used.has(policy)) levels[depth]?.delete(policy)
    }
    if (lastLevel().size === 0) levels = undefined
  }

  const expecting = (level: Level, policy: string) =>
    [...level].filter(([, { expected }]) => expected.has(policy)).map(([parent]) => parent)

  return {
    get isEmpty() {
      return levels === undefined
    },

    /** 6.1.3 (d) and (e): the policies of the next certificate; `takesAny` says whether anyPolicy in it counts. */
    descend: (policies: readonly string[], takesAny: boolean): void => {
      if (!levels) return
      if (policies.length === 0) {
        levels = undefined
        return
      }
      const above = lastLevel()
      const below: Level = new Map()
      const expected = [...above.values()].reduce((sum, node) => sum + node.expected.size, 0)
      budget.spend('comparison', (policies.length + expected) * above.size)
      for (const policy of policies) {
        if (policy === anyPolicy) continue
        const parents = expecting(above, policy)
        if (parents.length > 0) below.set(policy, node(policy, parents))
        else if (above.has(anyPolicy)) below.set(policy, node(policy, [anyPolicy]))
      }
      if (takesAny && policies.includes(anyPolicy)) {
        for (const policy of new Set([...above.values()].flatMap(({ expected }) => [...expected])))
          if (!below.has(policy)) below.set(policy, node(policy, expecting(above, policy)))
      }
      levels.push(below)
      prune()
    },

    /** 6.1.4 (b): what the certificate just taken in maps; where mapping is inhibited, mapped policies are no longer valid. */
    map: (mappings: readonly { issuerDomain: string; subjectDomain: string }[], mayMap: boolean): void => {
      if (!levels) return
      const level = lastLevel()
      const byIssuer = Map.groupBy(mappings, ({ issuerDomain }) => issuerDomain)
      for (const [policy, of] of byIssuer) {
        const found = level.get(policy)
        if (!mayMap) level.delete(policy)
        else if (found) found.expected = new Set(of.map(({ subjectDomain }) => subjectDomain))
        else if (level.has(anyPolicy)) {
          const made = node(policy, [anyPolicy])
          made.expected = new Set(of.map(({ subjectDomain }) => subjectDomain))
          level.set(policy, made)
        }
      }
      prune()
    },

    /** 6.1.5 (g): whether a policy of the caller's is among those valid for the whole path. */
    serves: (initial: readonly string[] | undefined): boolean => {
      if (!levels) return false
      if (!initial || initial.includes(anyPolicy)) return true
      let wanted = [...lastLevel().keys()]
      for (let depth = levels.length - 1; depth > 0; depth--) {
        const level = levels[depth] ?? new Map<string, Node>()
        // anyPolicy in the last certificate stands for whatever the caller asks.
        if (depth === levels.length - 1 && level.has(anyPolicy)) return initial.length > 0
        const next = new Set<string>()
        for (const policy of wanted) {
          const parents = level.get(policy)?.parents ?? new Set<string>()
          if (parents.has(anyPolicy) && initial.includes(policy)) return true
          for (const parent of parents) if (parent !== anyPolicy) next.add(parent)
        }
        wanted = [...next]
      }
      return false
    },
  }
}
