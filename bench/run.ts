/** `npm run bench [-- NAME…]`: runs the benchmarks one after another, since two at once would measure each other. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** What each measures; every rate is a ratio to a limit taken in the same run. */
const benchmarks: Record<string, string> = {
  clock: '仮想時計 / virtual clock',
  actors: '状態機械の永続化 / durable actors',
  verify: '証明書・CRL・OCSP の検証 / certificates, CRLs, OCSP answers',
  documents: '署名文書と長期検証 / signed documents and evidence',
  ocsp: 'OCSP 応答 / OCSP responder',
  lists: '認証局が配る大きなリスト / large lists served by the authority',
  platform: '共通プラットフォームの検証 / verification at the platform',
  revocation: '失効情報の索引と一括変更確認 / revocation index and sweep',
  crl: '大きな失効リストの作成 / writing large CRLs',
  population: 'カードと証明書の大量発行 / a population of cards',
  card: 'カードの応答と署名 / what a card costs',
  evaluation: '実行記録を読み、流す / reading and streaming runs',
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}? npm run bench [-- NAME…]`)
  for (const [name, what] of Object.entries(benchmarks)) console.error(`  ${name.padEnd(12)} ${what}`)
  process.exit(2)
}

const failed: string[] = []
for (const [name, what] of Object.entries(benchmarks)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  console.log(`\n■ ${name}  ${what}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' })
  if (status !== 0) failed.push(name)
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
