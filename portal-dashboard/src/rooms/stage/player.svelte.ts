/** The playhead: which row is now, going forward by itself at a speed, or held to the newest. */

export const speeds = [1, 2, 5, 20, 100] as const
export type Speed = (typeof speeds)[number]

export const isSpeed = (value: number): value is Speed => speeds.some((speed) => speed === value)

export type Player = ReturnType<typeof createPlayer>

/** `rows` says how many there are now; read anew at every picture. */
export const createPlayer = (rows: () => number) => {
  let at = $state(0)
  let playing = $state(false)
  let newest = $state(false)
  let speed = $state<Speed>(2)

  const clamp = (row: number) => Math.max(0, Math.min(rows() - 1, row))
  const goTo = (row: number) => {
    newest = false
    at = clamp(row)
  }

  $effect(() => {
    if (!playing) return
    let last = performance.now()
    let owed = 0
    let frame = 0
    const advance = (now: number) => {
      owed += ((now - last) / 1000) * speed
      last = now
      const whole = Math.floor(owed)
      if (whole > 0) {
        owed -= whole
        at = clamp(at + whole)
      }
      frame = requestAnimationFrame(advance)
    }
    frame = requestAnimationFrame(advance)
    return () => cancelAnimationFrame(frame)
  })

  return {
    get at() {
      return at
    },
    get playing() {
      return playing
    },
    /** Held to the newest row as rows come. */
    get newest() {
      return newest
    },
    get speed() {
      return speed
    },
    set speed(wanted: Speed) {
      speed = wanted
    },
    goTo,
    pause: () => {
      playing = false
      newest = false
    },
    play: () => {
      newest = false
      if (at >= rows() - 1) at = 0
      playing = true
    },
    step: (by: number) => {
      playing = false
      goTo(at + by)
    },
    toNewest: () => {
      playing = false
      newest = true
      at = clamp(Infinity)
    },
    /** Rows came or went: `shift` is how far the row now played has moved. */
    moved: (shift: number) => {
      at = newest ? clamp(Infinity) : clamp(at + shift)
    },
  }
}
