/** The four items compared. */
import { expect, test } from 'vitest'
import { substitute } from '../pki/substitution.ts'
import { isApplicant, isContinued } from './matching.ts'

const certified = {
  name: '見本　太郎',
  dateOfBirth: '1980-05-05',
  sex: 'male',
  address: '見本県青葉野市中央１丁目２番３号',
} as const

test.each([
  [{ name: '見本 太郎' }],
  [{ name: '見本太郎' }],
  [{ address: '見本県青葉野市中央1-2-3' }],
  [{ address: '見本県青葉野市中央１−２ー３' }],
  [{ address: '見本県 青葉野市 中央1丁目2番地3' }],
])('spelling does not make another person: %j', (written) => {
  expect(isApplicant({ ...certified, ...written }, certified)).toBe(true)
})

test.each([
  [{ name: '見本 次郎' }],
  [{ dateOfBirth: '1980-05-06' }],
  [{ sex: 'female' as const }],
  [{ address: '見本県青葉野市中央1-2-4' }],
  [{ address: '見本県青葉野市中央12-3' }],
])('another item is another person: %j', (written) => {
  expect(isApplicant({ ...certified, ...written }, certified)).toBe(false)
})

test('髙 is not 高 unless the certificate writes the one for the other', () => {
  const written = { ...certified, name: '髙橋　一' }
  const onCard = { ...certified, name: '高橋　一' }
  expect([
    isApplicant(written, onCard),
    isApplicant(written, onCard, (text) => substitute(text).text),
    isApplicant(onCard, written, (text) => substitute(text).text),
  ]).toEqual([false, true, false])
})

test('half-width kana and full-width letters are the same names', () => {
  const onCard = { ...certified, name: 'ＳＭＩＴＨ　ジョン' }
  expect(isApplicant({ ...certified, name: 'Smith ｼﾞｮﾝ' }, onCard)).toBe(true)
})

test('a customer moves or marries, and stays the same person', () => {
  expect([
    isContinued(certified, { ...certified, address: '見本県緑野町1' }),
    isContinued(certified, { ...certified, name: '例示　太郎' }),
    isContinued(certified, { ...certified, name: '例示　太郎', address: '見本県緑野町1' }),
    isContinued(certified, { ...certified, dateOfBirth: '1981-05-05' }),
    isContinued(certified, { ...certified, sex: 'female' }),
  ]).toEqual([true, true, false, false, false])
})
