/** Installs the smart-card software that the card's acceptance test drives; does nothing when all of it is there. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's packages, each with a file it brings: a command's name, or the end of a path below /usr. */
const packages: Record<string, string> = {
  opensc: 'opensc-tool',
  'opensc-pkcs11': 'lib/*/opensc-pkcs11.so',
  pcscd: 'pcscd',
  'vsmartcard-vpcd': 'lib/pcsc/drivers/serial/libifdvpcd.so',
  'pcsc-tools': 'pcsc_scan',
  openssl: 'openssl',
  'libengine-pkcs11-openssl': 'lib/*/engines-3/pkcs11.so',
  curl: 'curl',
  'gnutls-bin': 'gnutls-cli',
  'libnss3-tools': 'modutil',
  chromium: 'chromium',
  xvfb: 'Xvfb',
  xdotool: 'xdotool',
  imagemagick: 'import',
  iproute2: 'ip',
  'util-linux': 'unshare',
  bsdutils: 'script',
  'libpcsclite-dev': 'include/PCSC/winscard.h',
  'g++': 'g++',
  make: 'make',
  python3: 'python3',
}

const japanese = /^ja/i.test(process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || '')
const choose = (ja: string, en: string) => (japanese ? ja : en)

/** Why the software is not there, for the person who started it. */
export class NoCardSoftware extends Error {}

/** The first file that a pattern below /usr names; `lib/*` stands for the folder of this machine's architecture. */
export const findBelowUsr = (pattern: string): string | undefined => {
  const [before = '', after] = pattern.split('*')
  if (after === undefined) return [join('/usr', pattern)].find((path) => existsSync(path))
  return readdirSync(join('/usr', before))
    .map((name) => join('/usr', before, name, after))
    .find((path) => existsSync(path))
}

/** Debian keeps pcscd and ip where an ordinary person's PATH does not look. */
const pathWithSystem = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`

const isThere = (sign: string) =>
  sign.includes('/')
    ? findBelowUsr(sign) !== undefined
    : pathWithSystem.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, sign)))

const missing = () => Object.keys(packages).filter((name) => !isThere(packages[name] ?? ''))

/** Whether all of it is there. */
export const isCardSoftwareThere = () => process.platform === 'linux' && missing().length === 0

const apt = (...args: string[]) => {
  const { status, stderr, stdout } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 15 * 60_000,
  })
  if (status !== 0) throw new NoCardSoftware(`apt-get ${args.join(' ')}:\n${(stderr || stdout).slice(-2000)}`)
}

/** Installs what is missing, with apt-get and as root only. Throws NoCardSoftware with what is to be done by hand. */
export const installCardSoftware = () => {
  const wanted = missing()
  if (wanted.length === 0) return
  const byHand = `sudo apt-get install --no-install-recommends ${wanted.join(' ')}`
  if (process.getuid?.() !== 0 || !isThere('apt-get'))
    throw new NoCardSoftware(
      choose(
        `カードの受け入れ試験には次のソフトウェアが要ります（Debian 12 で確かめています）:\n  ${byHand}`,
        `the card's acceptance test needs this software (tried on Debian 12):\n  ${byHand}`,
      ),
    )
  console.log(choose(`導入しています: ${wanted.join(' ')}`, `installing ${wanted.join(' ')}`))
  apt('update', '-qq')
  apt('install', '-y', '--no-install-recommends', ...wanted)
  const still = missing()
  if (still.length > 0)
    throw new NoCardSoftware(
      choose(`導入しても見つかりません: ${still.join(' ')}`, `installed, but not found: ${still.join(' ')}`),
    )
}

/** Name and version of every package, as this machine has them. */
export const cardSoftwareVersions = (): string[] => {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${Version}\n', ...Object.keys(packages)], {
    encoding: 'utf8',
  })
  return (stdout ?? '').trim().split('\n')
}
