/** The television's own signs, drawn with a broad line in a square of 48. */
export const tvIcons = {
  card: 'M5 11h38v26H5zM12 20h7v6h-7zM26 21h11M26 28h11',
  yen: 'M12 7l12 17L36 7M24 24v17M14 26h20M14 33h20',
  pill: 'M29 8.500l-20 20a7.800 7.800 0 0 0 11 11l20-20a7.800 7.800 0 0 0-11-11ZM19 18.500l11 11',
  heart:
    'M24 41S6 31 6 18.500A9.700 9.700 0 0 1 24 13a9.700 9.700 0 0 1 18 5.500C42 31 24 41 24 41ZM13 24h6l3-6 4 11 3-5h6',
  town: 'M5 41h38M9 41V21M19 41V21M29 41V21M39 41V21M5 21h38L24 7 5 21Z',
  pen: 'M8 40l3-11L33 7l8 8-22 22-11 3ZM28 12l8 8',
  bell: 'M11 34V21a13 13 0 0 1 26 0v13l4 4H7l4-4ZM20 43h8',
  alarm: 'M24 5 3 42h42L24 5ZM24 18v12M24 36v.5',
  lock: 'M10 21h28v21H10zM16 21v-6a8 8 0 0 1 16 0v6M24 29v6',
  cross: 'M12 12l24 24M36 12 12 36',
  check: 'M8 25l11 11L40 13',
  out: 'M28 8H9v32h19M21 24h21M34 15l9 9-9 9',
  wait: 'M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36ZM24 14v10l7 5',
  info: 'M24 5a19 19 0 1 0 0 38 19 19 0 0 0 0-38ZM24 22v12M24 14v.5',
} as const

export type TvIconName = keyof typeof tvIcons
