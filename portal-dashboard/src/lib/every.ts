/** Repeats something while its component lives; for `$effect`, which calls what it returns at the end. */
export const every = (ms: number, what: () => void): (() => void) => {
  const timer = setInterval(what, ms)
  return () => clearInterval(timer)
}
