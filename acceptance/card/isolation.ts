/** A place of its own for smart-card software: private network, mounts and process ids, all gone when the process in it ends. */

/**
 * vpcd listens on every address, so it may only run where nobody else can reach it. vpcd 3.3 sends length and payload apart;
 * without immediate acknowledgements each APDU waits 40 ms for the second (fixed upstream by frankmorgner/vsmartcard#252).
 */
const setUp = `set -e
export PATH="$PATH:/usr/sbin:/sbin"
ip link set lo up
ip route change local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 quickack 1
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/pcscd /run/lock
for folder in $ISOLATED_FOLDERS; do mount -t tmpfs tmpfs "$folder"; done
set +e
"$@"
exit $?`

/** In the environment: folders, apart by spaces, that are empty in the isolated place and whose contents vanish with it. */
export const foldersName = 'ISOLATED_FOLDERS'

/** Set in every isolated process, and so a sign by which leftovers are found. */
export const markName = 'COMMON_ID_ISOLATED'

/**
 * The command line that runs `command` in isolation. Everything in it is killed when `unshare` dies, and `unshare` is killed when
 * the process that started it dies. Without root's rights a user namespace gives them inside.
 */
export const isolated = (command: readonly string[]): [string, string[]] => [
  'setpriv',
  [
    ...['--pdeathsig', 'KILL', '--', 'unshare'],
    ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
    ...['--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...['bash', '-c', setUp, 'isolated', ...command],
  ],
]
