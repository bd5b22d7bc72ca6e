/** What the classes of data are called, in both languages: wherever it is shown who learnt what. */

type DataClassName = { ja: string; en: string }

/** By the ids that dataClasses.ts declares, and those that routes without JSON bodies name. */
export const dataClassNames: Record<string, DataClassName> = {
  name: { ja: '氏名', en: 'name' },
  address: { ja: '住所', en: 'address' },
  'date-of-birth': { ja: '生年月日', en: 'date of birth' },
  sex: { ja: '性別', en: 'sex' },
  certificate: { ja: '電子証明書', en: 'certificate' },
  'certificate-serial': { ja: '証明書の発行番号', en: 'certificate serial number' },
  'certificate-status': { ja: '証明書の有効性', en: 'certificate status' },
  'stored-certificate-reference': { ja: '保管証明書の参照番号', en: 'reference to a stored certificate' },
  'signed-document': { ja: '署名された文書', en: 'signed document' },
  pin: { ja: '暗証番号', en: 'PIN' },
  signature: { ja: '電子署名', en: 'signature' },
  'evidence-reference': { ja: '証拠の参照番号', en: 'reference to kept evidence' },
  pseudonym: { ja: '仮名（事業者ごとの利用者番号）', en: 'pseudonym (one for each provider)' },
  ticket: { ja: '引換証', en: 'ticket' },
  'linked-number': { ja: '紐付けられた番号', en: 'linked number' },
  'insured-number': { ja: '被保険者記号番号', en: 'insured number' },
  eligibility: { ja: '保険資格', en: 'eligibility' },
  'medical-expenses': { ja: '医療費', en: 'medical expenses' },
  medication: { ja: '薬剤', en: 'medication' },
  'check-ups': { ja: '健診', en: 'check-ups' },
  'treatment-cost': { ja: '診療点数', en: 'cost of treatment' },
  'payment-account': { ja: '決済口座', en: 'payment account' },
  payment: { ja: '支払い', en: 'payment' },
  'subscriber-number': { ja: '加入者番号', en: 'subscriber number' },
  unreadable: { ja: '読み取れない内容', en: 'contents that cannot be read' },
}

/** The name of a class; one that has none is shown by its id. */
export const nameOfDataClass = (id: string) => {
  const { ja, en } = dataClassNames[id] ?? { ja: id, en: id }
  return { id, ja, en }
}
