/** The residents everyone knows by name; each stands for a case, so a tester picks an outcome by picking a person. All are invented. */
import type { Text } from '../sim/core/site.ts'
import type { BasicFour } from '../sim/messages/person.ts'
import { generated } from './population.ts'

export type Insurance = {
  insurer: 'insurer-nhi' | 'insurer-company'
  insuredNumber: string
  relation: 'insured' | 'family'
  /** Patient's share of the cost. */
  copaymentRatio: number
}

export type Person = {
  id: string
  basicFour: BasicFour
  municipality: 'municipality-aobano' | 'municipality-midorino' | 'municipality-shiosai'
  /** Absent: this resident has no Individual Number Card. */
  card?: { authenticationPin: string; signaturePassword?: string }
  insurance?: Insurance
  television?: { operator: 'catv-hikari' | 'catv-midori'; subscriberNumber: string; setTopBoxId: string }
  payment?: { issuer: 'payment-credit' | 'payment-debit'; accountNumber: string; availableYen: number }
  standsFor: Text
}

const towns = { aobano: '見本県青葉野市', midorino: '見本県緑野町', shiosai: '見本県潮騒市' } as const

type Home = keyof typeof towns
type Sketch = {
  born: string
  sex?: 'female' | 'male'
  home: Home
  street: string
  card?: 'none' | 'under-15'
  health?: 'nhi' | 'company' | 'none'
  ratio?: number
  relation?: 'insured' | 'family'
  tv?: 'hikari' | 'midori'
  /** Who shares a television gives the same household. */
  household?: string
  pay?: ['credit' | 'debit', number]
  ja: string
  en: string
}

let counted = 0

/** Numbers follow from the order in this file, so that a person keeps theirs when the text changes. */
const person = (id: string, name: string, sketch: Sketch): Person => {
  counted += 1
  const number = String(counted).padStart(4, '0')
  const household = sketch.household ?? id
  return {
    id,
    basicFour: {
      name,
      dateOfBirth: sketch.born,
      sex: sketch.sex ?? 'male',
      address: towns[sketch.home] + sketch.street,
    },
    municipality: `municipality-${sketch.home}`,
    ...(sketch.card !== 'none' && {
      card:
        sketch.card === 'under-15'
          ? { authenticationPin: number }
          : { authenticationPin: number, signaturePassword: `MIHON${number}` },
    }),
    ...(sketch.health !== 'none' && {
      insurance: {
        insurer: `insurer-${sketch.health ?? 'nhi'}`,
        insuredNumber: `${sketch.health === 'company' ? 'K' : 'N'}-${number}`,
        relation: sketch.relation ?? 'insured',
        copaymentRatio: sketch.ratio ?? 0.3,
      },
    }),
    ...(sketch.tv !== undefined && {
      television: {
        operator: `catv-${sketch.tv}`,
        subscriberNumber: `S-${household}`,
        setTopBoxId: `STB-${household}`,
      },
    }),
    ...(sketch.pay !== undefined && {
      payment: {
        issuer: `payment-${sketch.pay[0]}`,
        accountNumber: `${sketch.pay[0] === 'credit' ? 'C' : 'D'}-${number}`,
        availableYen: sketch.pay[1],
      },
    }),
    standsFor: { ja: sketch.ja, en: sketch.en },
  }
}

export const people: Person[] = [
  person('taro', '見本　太郎', {
    born: '1958-05-03',
    home: 'aobano',
    street: '中央一丁目２番３号',
    ratio: 0.3,
    tv: 'hikari',
    household: 'mihon',
    pay: ['credit', 100_000],
    ja: '何も問題のない人',
    en: 'nothing unusual',
  }),
  person('hanako', '見本　花子', {
    born: '1961-11-20',
    sex: 'female',
    home: 'aobano',
    street: '中央一丁目２番３号',
    relation: 'family',
    tv: 'hikari',
    household: 'mihon',
    pay: ['debit', 50_000],
    ja: '同じテレビを使う家族',
    en: 'family member at the same television',
  }),
  person('ichiro', '例示　一郎', {
    born: '1975-02-11',
    home: 'aobano',
    street: '緑町三丁目４番５号',
    health: 'company',
    tv: 'hikari',
    pay: ['credit', 80_000],
    ja: '暗証番号を忘れた人',
    en: 'has forgotten the PIN',
  }),
  person('misaki', '仮名　美咲', {
    born: '1992-07-07',
    sex: 'female',
    home: 'aobano',
    street: '本町二丁目１番１号',
    health: 'company',
    tv: 'hikari',
    pay: ['credit', 60_000],
    ja: 'カードを紛失した人',
    en: 'has lost the card',
  }),
  person('kenji', '雛形　健二', {
    born: '1949-09-15',
    home: 'midorino',
    street: '大字上野１００番地',
    ratio: 0.2,
    tv: 'midori',
    pay: ['debit', 30_000],
    ja: 'もう一つの事業者の加入者',
    en: 'subscriber of the other operator',
  }),
  person('yoshie', '雛形　良枝', {
    born: '1952-01-30',
    sex: 'female',
    home: 'midorino',
    street: '大字上野１００番地',
    ratio: 0.2,
    tv: 'midori',
    household: 'kenji',
    ja: 'テレビの閲覧に同意していない家族',
    en: 'family member who has not consented to the television service',
  }),
  person('daisuke', '模擬　大輔', {
    born: '1985-04-01',
    home: 'aobano',
    street: '西町五丁目６番７号',
    tv: 'hikari',
    pay: ['credit', 40_000],
    ja: 'ケーブルテレビの事業者を替える人',
    en: 'changes cable operator',
  }),
  person('sakura', '試作　さくら', {
    born: '2000-03-25',
    sex: 'female',
    home: 'aobano',
    street: '桜台一丁目８番９号',
    health: 'company',
    tv: 'hikari',
    pay: ['debit', 20_000],
    ja: '証明書の有効期限を迎える人',
    en: 'the certificate runs out',
  }),
  person('makoto', '標本　誠', {
    born: '1970-12-12',
    home: 'midorino',
    street: '本町四丁目５番６号',
    health: 'company',
    tv: 'midori',
    pay: ['credit', 120_000],
    ja: '退職して保険が替わる人',
    en: 'changes insurer after leaving a job',
  }),
  person('yumi', '標本　由美', {
    born: '1972-06-18',
    sex: 'female',
    home: 'midorino',
    street: '本町四丁目５番６号',
    health: 'company',
    relation: 'family',
    pay: ['credit', 1_000],
    ja: 'カードの利用限度額を超える人',
    en: 'the credit limit is exceeded',
  }),
  person('hajime', '初診　一', {
    born: '1990-08-08',
    home: 'aobano',
    street: '東町七丁目１番２号',
    pay: ['credit', 90_000],
    ja: 'まだ紐付けのない人',
    en: 'not yet linked',
  }),
  person('mukou', '失効　無口', {
    born: '1966-10-10',
    home: 'aobano',
    street: '南町三丁目３番３号',
    pay: ['credit', 90_000],
    ja: '健康保険の資格を失った人',
    en: 'has lost the insurance',
  }),
  person('tomoko', '別人　智子', {
    born: '1963-03-03',
    sex: 'female',
    home: 'aobano',
    street: '北町九丁目８番７号',
    pay: ['credit', 90_000],
    ja: '間違えて家族のカードを出す人',
    en: 'presents somebody else’s card by mistake',
  }),
  person('wataru', '転居　渉', {
    born: '1988-01-16',
    home: 'aobano',
    street: '北町一丁目１番１号',
    tv: 'hikari',
    pay: ['credit', 90_000],
    ja: '市内で引っ越す人',
    en: 'moves within the town',
  }),
  person('tenko', '転出　典子', {
    born: '1995-05-05',
    sex: 'female',
    home: 'aobano',
    street: '駅前二丁目２番２号',
    health: 'company',
    tv: 'hikari',
    pay: ['debit', 70_000],
    ja: '別の町へ引っ越す人',
    en: 'moves to another town',
  }),
  person('aika', '改姓　愛華', {
    born: '1996-09-09',
    sex: 'female',
    home: 'shiosai',
    street: '港町三丁目１番４号',
    health: 'company',
    pay: ['credit', 70_000],
    ja: '結婚して氏名が変わる人',
    en: 'marries and changes her name',
  }),
  person('tsutomu', '逝去　勉', {
    born: '1938-02-02',
    home: 'shiosai',
    street: '浜辺町１２番３４号',
    ratio: 0.1,
    ja: '亡くなる人',
    en: 'dies',
  }),
  person('hayashi', '更新　早紀', {
    born: '1983-08-30',
    sex: 'female',
    home: 'shiosai',
    street: '丘の上一丁目５番６号',
    health: 'company',
    ja: '早めに更新する人',
    en: 'renews early',
  }),
  person('nakusu', '紛失　徹', {
    born: '1979-11-03',
    home: 'shiosai',
    street: '丘の上二丁目７番８号',
    health: 'company',
    ja: '契約期間中にカードを失う人',
    en: 'loses the card during a contract',
  }),
  person('kigen', '期限　澄子', {
    born: '1955-07-21',
    sex: 'female',
    home: 'shiosai',
    street: '港町五丁目２番１号',
    ratio: 0.2,
    ja: '証明書を期限切れにする人',
    en: 'lets the certificate run out',
  }),
  person('tekkai', '撤回　哲', {
    born: '1981-04-14',
    home: 'shiosai',
    street: '港町六丁目６番６号',
    health: 'company',
    ja: '許諾を撤回する人',
    en: 'withdraws the consent',
  }),
  person('henji', '無返事　篤', {
    born: '1969-06-06',
    home: 'shiosai',
    street: '浜辺町９９番１号',
    ja: '引っ越しても署名し直さない人',
    en: 'moves and never signs again',
  }),
  person('fudo', '不動　守', {
    born: '1964-04-29',
    home: 'shiosai',
    street: '丘の上三丁目９番９号',
    ja: '一年間何も変わらない人',
    en: 'nothing changes all year',
  }),
  person('kakuji', '髙橋　瑠璃子', {
    born: '1987-12-24',
    sex: 'female',
    home: 'shiosai',
    street: '髙台一丁目１１番地',
    health: 'company',
    ja: '氏名に代替文字のある人',
    en: 'name with substituted characters',
  }),
  person('kodomo', '見本　望', {
    born: '2014-06-15',
    sex: 'female',
    home: 'aobano',
    street: '中央一丁目２番３号',
    card: 'under-15',
    relation: 'family',
    ja: '十五歳未満（署名用証明書なし）',
    en: 'under 15, no signature certificate',
  }),
  person('nocard', '無札　実', {
    born: '1945-01-01',
    home: 'midorino',
    street: '大字下野２０番地',
    card: 'none',
    ratio: 0.1,
    tv: 'midori',
    ja: 'カードを持たない人',
    en: 'has no card',
  }),
  person('ryoshin', '両親　勤', {
    born: '1977-07-17',
    home: 'midorino',
    street: '本町一丁目３番５号',
    pay: ['credit', 200_000],
    ja: '診療所の障害に居合わせる人',
    en: 'at the clinic when systems fail',
  }),
  person('modoshi', '返金　律子', {
    born: '1993-10-31',
    sex: 'female',
    home: 'midorino',
    street: '本町一丁目７番９号',
    pay: ['debit', 60_000],
    ja: '返金を受ける人',
    en: 'gets a refund',
  }),
  person('kyunin', '急用　亘', {
    born: '1984-02-29',
    home: 'midorino',
    street: '川沿い四番地',
    pay: ['credit', 60_000],
    ja: '受付と会計の間にカードを失う人',
    en: 'loses the card between reception and payment',
  }),
  person('okane', '残高　少子', {
    born: '1998-08-18',
    sex: 'female',
    home: 'midorino',
    street: '川沿い五番地',
    pay: ['debit', 500],
    ja: 'デビットの残高が足りない人',
    en: 'the debit balance is too low',
  }),
  person('uta', '歌野　奏', {
    born: '1974-05-25',
    home: 'shiosai',
    street: '浜辺町１番１号',
    health: 'company',
    ja: '権利者団体の会員',
    en: 'member of the rights holders’ association',
  }),
]

/** The person of this name, known or generated (population.ts); an unknown one is a mistake in a scenario. */
export const personOf = (id: string): Person => {
  const found = people.find((candidate) => candidate.id === id) ?? generated(id)
  if (found === undefined) throw new Error(`nobody is called ${id}; known: ${people.map((one) => one.id).join(', ')}`)
  return found
}
