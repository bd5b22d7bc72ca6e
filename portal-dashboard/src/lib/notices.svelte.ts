/** Short words to the reader about something just done, shown at the page's edge and read out. */

export type Notice = { id: number; tone: 'good' | 'bad' | 'note'; words: string }

/** Long enough to be read twice (assumed); those about failures stay until they are closed. */
const shownMs = 8000

let notices = $state.raw<readonly Notice[]>([])
let last = 0

export const shownNotices = () => notices

export const dismiss = (id: number) => {
  notices = notices.filter((notice) => notice.id !== id)
}

export const notify = (tone: Notice['tone'], words: string) => {
  const id = ++last
  notices = [...notices.slice(-2), { id, tone, words }]
  if (tone !== 'bad') setTimeout(() => dismiss(id), shownMs)
}
