/** The portal's own line icons, as paths in a square of 24. */
export const icons = {
  home: 'M3 11 12 4l9 7M6 9.5V20h12V9.5M10 20v-5.5h4V20',
  stage: 'M5 4v16M12 4v16M19 4v16M5 8h7M12 13h7M19 18h-7',
  flow: 'M4 4h16v16H4zM4 9.3h16M4 14.6h16M9.3 4v16M14.6 4v16',
  runs: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  time: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5l3.5 2',
  menu: 'M4 6h16M4 12h16M4 18h16',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.5 10 17l9-10',
  cross: 'M7 7l10 10M17 7 7 17',
  warn: 'M12 4 2.8 20h18.4L12 4ZM12 10v5M12 17.6v.1',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 11v5.5M12 7.6v.1',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7v5l3.5 2',
  dash: 'M6 12h12',
  play: 'M8 5v14l11-7L8 5Z',
  pause: 'M8 5v14M16 5v14',
  back: 'M17 5 8 12l9 7V5ZM6 5v14',
  forward: 'M7 5l9 7-9 7V5ZM18 5v14',
  first: 'M18 5l-7 7 7 7M11 5l-7 7 7 7',
  last: 'M6 5l7 7-7 7M13 5l7 7-7 7',
  right: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  up: 'M5 15l7-7 7 7',
  outside: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  sun: 'M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
  screen: 'M3 5h18v12H3zM9 21h6M12 17v4',
  export: 'M12 15V4M7.5 8.5 12 4l4.5 4.5M4 15v5h16v-5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  ca: 'M12 3 4 6.5V12c0 4.5 3.3 7.8 8 9 4.7-1.2 8-4.5 8-9V6.5L12 3ZM8.5 12l2.5 2.5L15.5 10',
  card: 'M3 6h18v12H3zM7 10h3v3H7zM13 10h5M13 14h5',
  municipality: 'M3 20h18M5 20V10M10 20V10M14 20V10M19 20V10M3 10h18L12 4 3 10Z',
  platform:
    'M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM5 3.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM19 3.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM5 16.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM19 16.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM6.5 7l3.6 3.2M17.5 7l-3.6 3.2M6.5 17l3.6-3.2M17.5 17l-3.6-3.2',
  insurer: 'M12 20s-8-4.6-8-10.2A4.6 4.6 0 0 1 12 7a4.6 4.6 0 0 1 8 2.8C20 15.4 12 20 12 20Z',
  clinic: 'M4 20V6h16v14M2 20h20M12 9v6M9 12h6',
  payment: 'M3 6h18v12H3zM3 10h18M7 15h4',
  catv: 'M3 8h18v11H3zM8 3l4 5 4-5',
  subscription: 'M7 3h10v18H7zM11 18h2',
  people: 'M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM5 20c.6-4 3.4-6 7-6s6.4 2 7 6',
  hand: 'M7 12V6.5a1.5 1.5 0 0 1 3 0V11M10 11V4.5a1.5 1.5 0 0 1 3 0V11M13 11V6a1.5 1.5 0 0 1 3 0v6M16 9.5a1.5 1.5 0 0 1 3 0V15c0 3.5-2.5 6-6 6-3 0-4.5-1.3-6-3.8L4.600 13.4a1.5 1.5 0 0 1 2.400-1.700L9 14',
  machine: 'M4 5h7v5H4zM13 14h7v5h-7zM7.500 10v6.500H13',
  learn: 'M2 12s3.600-6.500 10-6.500S22 12 22 12s-3.600 6.500-10 6.500S2 12 2 12ZM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
} as const

export type IconName = keyof typeof icons

/** The icon of a kind of party; a kind nobody drew yet gets the one for people. */
export const partyIcon = (folder: string): IconName => {
  const known: readonly IconName[] = [
    'ca',
    'card',
    'municipality',
    'platform',
    'insurer',
    'clinic',
    'payment',
    'catv',
    'subscription',
  ]
  return known.find((name) => name === folder) ?? 'people'
}
