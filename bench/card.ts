/**
 * What a card costs: an APDU and a signature by its machine alone, over HTTP, and through PC/SC with OpenSC where that is installed, next to
 * a bare RSA-2048 signature, all in one run, round by round. Times are by the wall, as a person at a terminal waits; each is the tenth percentile,
 * since other work on the machine only ever adds.
 */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isCardSoftwareThere } from '../acceptance/card/install.ts'
import { foldersName, isolated } from '../acceptance/card/isolation.ts'
import { signWithCard } from '../acceptance/card/pkcs11.ts'
import { endAll, run } from '../acceptance/card/programs.ts'
import { insert, startPcscd } from '../acceptance/card/reader.ts'
import { call, issueCard, serveTestbed, textOf, type Testbed } from '../acceptance/card/testbed.ts'
import { personOf } from '../scenarios/people.ts'
import type { CardKey } from '../sim/card/key.ts'
import { createCard, respond, type Card } from '../sim/card/machine.ts'
import { adultContents, compute, selectFile, send, SELECT_JPKI, verify } from '../sim/card/testCard.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '60' }, isolated: { type: 'boolean' } } })
const rounds = Number(values.rounds)

/** Milliseconds of each work, tenth percentile, taken in turns so that a slow moment of the machine strikes all alike. */
const times = async (works: ReadonlyMap<string, () => unknown>, often = rounds): Promise<Map<string, number>> => {
  const taken = new Map<string, number[]>()
  for (let round = 0; round < often + 5; round++)
    for (const [name, work] of works) {
      const startedAt = performance.now()
      await work()
      // the first rounds only warm up
      if (round >= 5) taken.set(name, [...(taken.get(name) ?? []), performance.now() - startedAt])
    }
  return new Map(
    [...taken].map(([name, all]) => [name, all.toSorted((a, b) => a - b)[Math.floor(all.length / 10)] ?? 0]),
  )
}

const data = randomBytes(200)
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
const limitName = 'C: RSA-2048 signature, node:crypto'
const limits: [string, () => unknown][] = [
  [limitName, () => sign('sha256', data, rsa)],
  ['P-384 signature, node:crypto', () => sign('sha384', data, ec)],
]

const report = (title: string, found: ReadonlyMap<string, number>) => {
  const limit = found.get(limitName) ?? Number.NaN
  console.log(`\n${title}`)
  for (const [name, ms] of found)
    console.log(`  ${name.padEnd(56)} ${ms.toFixed(3).padStart(9)} ms  ${(ms / limit).toFixed(2).padStart(7)} C`)
}

const keyKinds: readonly CardKey[] = ['rsa-2048', 'p-384']

/** What is signed: a DigestInfo (RFC 8017 section 9.2) for RSA, the bare hash for P-384. */
const inputOf: Readonly<Record<CardKey, Uint8Array>> = {
  'rsa-2048': Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), randomBytes(32)]),
  'p-384': randomBytes(48),
}
const signApdu = (kind: CardKey) => compute('00', '97', inputOf[kind])

const signed = (response: string) => {
  if (!response.endsWith('9000')) throw new Error(`the card answered ${response}: the figures would mean nothing`)
}

const inProcess = () => {
  const cardOf = (kind: CardKey): Card => {
    const key = (kind === 'p-384' ? ec : rsa).export({ format: 'der', type: 'pkcs8' }).toString('base64')
    const card = createCard({
      ...adultContents,
      ...(kind === 'p-384' && { keyAlgorithm: kind }),
      privateKeys: { authentication: key, signature: key },
    })
    return send(card, SELECT_JPKI, selectFile('0018'), verify(adultContents.authenticationPin)).card
  }
  const works = new Map(limits)
  const card = cardOf('rsa-2048')
  works.set('SELECT', () => signed(respond(card, SELECT_JPKI).response))
  works.set('READ BINARY, 256 bytes', () => signed(respond(card, '00B08A0000').response))
  works.set('VERIFY', () => signed(respond(card, verify(adultContents.authenticationPin)).response))
  for (const kind of keyKinds) {
    const open = cardOf(kind)
    works.set(`COMPUTE DIGITAL SIGNATURE, ${kind}`, () => signed(respond(open, signApdu(kind)).response))
  }
  return times(works, 10 * rounds)
}

const person = 'taro'
const pin = personOf(person).card?.authenticationPin ?? ''

/** APDUs of a resident's card over HTTP. */
const overHttp = async ({ url }: Testbed, cardId: string, kind: CardKey) => {
  const transmit = async (apdu: string) => {
    const { body } = await call(`${url}/card/${cardId}/apdu`, { json: { apdu } })
    signed(textOf(body, 'response'))
  }
  for (const apdu of [SELECT_JPKI, selectFile('0018'), verify(pin)]) await transmit(apdu)
  return times(
    new Map([
      ...limits,
      ['READ BINARY, 256 bytes', () => transmit('00B08A0000')],
      ['SELECT and VERIFY', () => transmit(selectFile('0018')).then(() => transmit(verify(pin)))],
      [`COMPUTE DIGITAL SIGNATURE, ${kind}`, () => transmit(signApdu(kind))],
    ]),
  )
}

/** Sends these APDUs, and the last of them `often` times, from one process of OpenSC. */
const openscSends = async (often: number, ...apdus: string[]) => {
  const last = apdus.at(-1) ?? ''
  const all = [...apdus.slice(0, -1), ...Array.from({ length: often }, () => last)]
  const { output } = await run('opensc-tool', [
    '--card-driver',
    'jpki',
    ...all.flatMap((apdu) => ['--send-apdu', apdu]),
  ])
  const good = output.match(/SW1=0x90, SW2=0x00/g)?.length
  if (good !== all.length) throw new Error(`${good} of ${all.length} APDUs succeeded: ${output.slice(-500)}`)
}

/** One more APDU in a process that sends many: the process's own start is taken off. */
const eachOf = async (...apdus: string[]) => {
  const [few, many] = [10, 60]
  const found = await times(
    new Map([
      ['few', () => openscSends(few, ...apdus)],
      ['many', () => openscSends(many, ...apdus)],
    ]),
    Math.ceil(rounds / 6),
  )
  return ((found.get('many') ?? 0) - (found.get('few') ?? 0)) / (many - few)
}

const throughPcsc = async (testbed: Testbed) => {
  await startPcscd()
  const card = await insert(testbed, person)
  const open = [SELECT_JPKI, selectFile('0018'), verify(pin)]
  const signing = () =>
    signWithCard(data, { kind: 'authentication', pin }).then(({ status, said }) => {
      if (status !== 0) throw new Error(said)
    })
  const found = await times(
    new Map([...limits, ['pkcs11-tool: a process logs in and signs once', signing]]),
    Math.ceil(rounds / 3),
  )
  found.set('READ BINARY, 256 bytes', await eachOf(...open, '00B08A0000'))
  found.set('COMPUTE DIGITAL SIGNATURE, rsa-2048', await eachOf(...open, signApdu('rsa-2048')))
  await card.eject()
  return found
}

const measure = async () => {
  console.log(`${rounds} rounds; tenth percentiles, by the wall`)
  report('In process: the card’s machine alone', await inProcess())
  const folder = mkdtempSync(join(tmpdir(), 'bench-card-'))
  try {
    for (const kind of keyKinds) {
      const { testbed, process: served } = await serveTestbed(join(folder, kind), { variables: { cardKey: kind } })
      report(`Over HTTP, a card with ${kind}`, await overHttp(testbed, await issueCard(testbed, person), kind))
      if (kind === 'rsa-2048' && values.isolated)
        report('Through PC/SC: OpenSC, pcscd, vpcd, npm run card, HTTP', await throughPcsc(testbed))
      await served.end()
    }
  } finally {
    await endAll()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** This benchmark in a place of its own, where a virtual reader may listen. */
const measureIsolated = () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bench-card-')))
  const readers = join(import.meta.dirname, '..', 'data', 'readers')
  mkdirSync(readers, { recursive: true })
  const [command, args] = isolated([process.execPath, import.meta.filename, '--rounds', values.rounds, '--isolated'])
  const env = { ...process.env, TMPDIR: folder, HOME: folder, [foldersName]: `${folder} ${readers}` }
  const { status } = spawnSync(command, args, { stdio: 'inherit', env })
  rmSync(folder, { recursive: true, force: true })
  process.exitCode = status ?? 1
}

if (values.isolated || !isCardSoftwareThere()) {
  await measure()
  if (!values.isolated)
    console.log(
      '\nPC/SC: 省きました（npm run acceptance:card が導入します） / left out (npm run acceptance:card installs it)',
    )
} else measureIsolated()
