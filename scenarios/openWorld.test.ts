/** The open world as whoever plays finds it: every room’s flow through the terminals, every case by picking a person, and the seeds. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { CatvApp } from '../sim/catv/index.ts'
import type { ClinicApp } from '../sim/clinic/index.ts'
import { answer } from '../sim/core/network.ts'
import type { MunicipalityApp } from '../sim/municipality/index.ts'
import type { SubscriptionApp } from '../sim/subscription/index.ts'
import { standardStart } from '../sim/world.ts'
import { healthNoticesOf } from './acts/health.ts'
import { foundOpenWorld, openingLeadMs } from './acts/opening.ts'
import { people, personOf } from './people.ts'
import { createPlace, type Place } from './terminals/testPlace.ts'

let place: Place

beforeAll(async () => {
  place = await createPlace(
    people.map(({ id }) => id),
    foundOpenWorld,
  )
}, 120_000)
afterAll(() => place.remove())

type Challenge = { challengeId: string; challenge: string }

const reader = () => place.terminals.readers[':readerId']
const at = (readerId: string) => ({ param: { readerId } })
const pinOf = (id: string) => personOf(id).card?.authenticationPin ?? ''
const passwordOf = (id: string) => personOf(id).card?.signaturePassword ?? ''
const put = (readerId: string, residentId: string) =>
  answer(reader().card.$post({ ...at(readerId), json: { residentId, takeOut: true } }))
const enterPin = (readerId: string, pin: string, { challengeId, challenge }: Challenge) =>
  answer(reader().authentications.$post({ ...at(readerId), json: { challengeId, challenge, pin } }))

/** Card in and right PIN. */
const prove = async (readerId: string, residentId: string, challenge: Challenge) => {
  await put(readerId, residentId)
  const proved = await enterPin(readerId, pinOf(residentId), challenge)
  if (proved.outcome !== 'proved') throw new Error(`the card of ${residentId} answered ${proved.outcome}`)
  const { challengeId, certificate, signature } = proved
  return { challengeId, certificate, signature }
}

const televisionOf = (id: string) => {
  const { television } = personOf(id)
  if (television === undefined) throw new Error(`${id} has no television`)
  return { catv: place.party<CatvApp>(television.operator), param: { setTopBoxId: television.setTopBoxId } }
}
const screenOf = (id: string) => {
  const { catv, param } = televisionOf(id)
  return answer(catv['set-top-boxes'][':setTopBoxId'].screen.$get({ param }))
}

const watch = async (id: string, consentGiven = true) => {
  const { catv, param } = televisionOf(id)
  const { sessionId, challenge } = await answer(catv['set-top-boxes'][':setTopBoxId'].sessions.$post({ param }))
  const { certificate, signature } = await prove(`stb:${param.setTopBoxId}`, id, challenge)
  const json = { certificate, signature, consentGiven }
  return { sessionId, screen: await answer(catv.sessions[':sessionId'].logins.$post({ param: { sessionId }, json })) }
}

let visited = 0
const arrive = async (clinic: string, id: string) => {
  const visits = place.party<ClinicApp>(clinic).visits
  visited += 1
  const visitId = `visit-${visited}`
  const { name: patientName, dateOfBirth } = personOf(id).basicFour
  const { challenge } = await answer(visits.$post({ json: { visitId, patientName, dateOfBirth } }))
  const json = await prove(`${clinic}:reception`, id, challenge)
  const view = await answer(visits[':visitId']['card-readings'].$post({ param: { visitId }, json }))
  return { visit: visits[':visitId'], param: { visitId }, view }
}

const told = z.object({ told: z.object({ ja: z.string().min(1), en: z.string().min(1) }) })
const sow = async (seed: string, choice?: string) => {
  const response = await place.request(`/manage/seeds/${seed}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(choice === undefined ? {} : { choice }),
  })
  return { status: response.status, body: await response.text() }
}
/** Sow it and tell what it said. */
const sown = async (seed: string, choice?: string) => {
  const { status, body } = await sow(seed, choice)
  if (status !== 200) throw new Error(body)
  return told.parse(JSON.parse(body)).told
}

test('the clock has gone on by exactly the weeks that the world begins early: it opens at the time it is', () => {
  expect(place.stage.now() - standardStart).toBe(openingLeadMs)
})

test('at the television: card in, PIN, own notices of six months, card out, dark', async () => {
  const { catv } = televisionOf('hanako')
  const { sessionId, screen } = await watch('hanako')
  expect(screen.state).toBe('showing')
  expect(screen.health).toEqual({
    addressee: personOf('hanako').basicFour.name,
    ...healthNoticesOf('hanako', place.stage.now()),
  })
  expect(new Set(screen.health?.medicalExpenses.map(({ month }) => month)).size).toBe(6)
  await answer(reader().card.$delete(at('stb:STB-mihon')))
  await answer(catv.sessions[':sessionId'].removals.$post({ param: { sessionId } }))
  expect(await screenOf('hanako')).toMatchObject({ state: 'standby' })
  expect((await screenOf('hanako')).notices.map(({ title, from }) => [title, from])).toEqual([
    ['資源ごみ収集日の変更', 'municipality-aobano'],
    ['健康フェアのご案内', 'municipality-aobano'],
  ])
})

test('everybody’s notices differ, and say that they are invented', () => {
  const told = people.map(({ id }) => healthNoticesOf(id, place.stage.now()))
  expect(new Set(told.map((record) => JSON.stringify(record))).size).toBe(people.length)
  expect(told.every(({ genericSavings }) => genericSavings.every(({ drug }) => drug.includes('架空')))).toBe(true)
})

test('at the clinic: eligible at once, billed, paid with the same card, receipt', async () => {
  const { visit, param, view } = await arrive('clinic-sakura', 'daisuke')
  expect([view.state, view.eligibility?.validity]).toEqual(['eligible', 'valid'])
  await answer(visit.treatments.$post({ param, json: { points: 523 } }))
  const challenge = await answer(visit.challenges.$post({ param }))
  const json = await prove('clinic-sakura:payment', 'daisuke', challenge)
  const paid = await answer(visit['card-payments'].$post({ param, json }))
  expect([paid.state, paid.payment?.method, paid.payment?.paidYen]).toEqual(['finished', 'card', 1_570])
  expect(await answer(visit.receipt.$get({ param }))).toMatchObject({ paidBy: 'card', patientYen: 1_570 })
})

test('the desk of each clinic has a visit to look at', async () => {
  const visitsAt = async (clinic: string) =>
    (await answer(place.party<ClinicApp>(clinic).visits.$get())).visits.map(({ visitId, state }) => [visitId, state])
  expect(await visitsAt('clinic-sakura')).toContainEqual(['opening-1', 'finished'])
  expect(await visitsAt('clinic-kaede')).toContainEqual(['opening-2', 'eligible'])
})

test.each([
  ['mukou', 'ineligible', 'lost'],
  ['makoto', 'ineligible', 'changed'],
  ['hajime', 'unlinked', undefined],
  ['misaki', 'cardRefused', undefined],
])('at the clinic %s is %s', async (id, state, validity) => {
  const { view } = await arrive('clinic-kaede', id)
  expect([view.state, view.eligibility?.validity]).toEqual([state, validity])
})

test('at the television a lost card is refused, without consent nothing is shown, and a blocked PIN stays blocked', async () => {
  expect((await watch('misaki')).screen.refusal).toBe('revoked')
  expect((await watch('yoshie', false)).screen).toMatchObject({ state: 'showing', lacks: 'consent' })
  await put('stb:STB-ichiro', 'ichiro')
  const challenge = { challengeId: 'c-1', challenge: Buffer.alloc(32).toString('base64') }
  expect(await enterPin('stb:STB-ichiro', pinOf('ichiro'), challenge)).toEqual({ outcome: 'blocked' })
})

test('providers have found the move, the new name and the renewal, and wait for an answer', async () => {
  const standing = async (provider: string) =>
    (await answer(place.party<SubscriptionApp>(provider).contracts.$get())).contracts
      .filter(({ asked }) => asked !== undefined)
      .map(({ customer, state }) => [customer.name, state])
      .sort()
  expect(await standing('mobile-sora')).toEqual([
    ['改姓　愛華', 'askingNewData'],
    ['更新　早紀', 'askingNewCertificate'],
    ['無返事　篤', 'askingNewData'],
  ])
  expect(await standing('contract-hikari')).toEqual([['転出　典子', 'askingNewData']])
})

test('a change notice on the television leads to signing again there with the new certificate', async () => {
  const notice = (await screenOf('tenko')).notices.find(({ kind }) => kind === 'subscriber')
  expect(notice).toMatchObject({ from: 'contract-hikari' })
  const contractId = notice?.about ?? ''
  const residentId = 'tenko'
  const { town, basicFour: applicant } = await answer(
    place.terminals.residents[':residentId'].$get({ param: { residentId } }),
  )
  const desk = place.party<MunicipalityApp>(town).residents[':residentId']
  await answer(desk['signature-certificates'].$post({ param: { residentId }, json: {} }))
  const provider = place.party<SubscriptionApp>('contract-hikari')
  const { nonce } = await answer(provider.nonces.$post())
  const document = {
    provider: 'contract-hikari',
    service: 'cable-tv',
    applicant,
    changeCheckConsent: true,
    nonce,
  }
  await put('stb:STB-tenko', 'tenko')
  const signed = await answer(
    reader().signatures.$post({ ...at('stb:STB-tenko'), json: { document, password: passwordOf('tenko') } }),
  )
  if (signed.outcome !== 'signed') throw new Error(signed.outcome)
  const json = { signedDocument: signed.signedDocument }
  const again = await answer(provider.contracts[':contractId']['re-signings'].$post({ param: { contractId }, json }))
  const contract = await answer(provider.contracts[':contractId'].$get({ param: { contractId } }))
  expect([town, again.outcome, contract.state, contract.customer]).toEqual([
    'municipality-midorino',
    'accepted',
    'active',
    applicant,
  ])
})

test('seeds are listed in both languages, and an unknown one or a wrong choice is refused', async () => {
  const listed = z.object({
    seeds: z.array(z.object({ id: z.string(), title: told.shape.told, does: told.shape.told })),
  })
  const { seeds } = listed.parse(await (await place.request('/manage/seeds')).json())
  expect(seeds.map(({ id }) => id)).toContain('evacuation')
  expect((await sow('earthquake')).status).toBe(404)
  expect((await sow('evacuation')).status).toBe(422)
  expect((await sow('evacuation', 'taro')).status).toBe(422)
  expect((await sow('all-well', 'taro')).status).toBe(422)
})

test('an evacuation takes over the televisions of the town, again after the all clear, and nobody else’s', async () => {
  for (let time = 0; time < 2; time++) {
    await sown('evacuation', 'municipality-aobano')
    const taken = (await screenOf('taro')).takenOverBy
    expect([taken?.startsWith('evacuation-'), (await screenOf('kenji')).takenOverBy]).toEqual([true, undefined])
    await place.world.advance(1000)
    await sown('all-clear')
    expect((await screenOf('taro')).takenOverBy).toBeUndefined()
  }
  expect((await screenOf('taro')).notices.length).toBe(2)
})

test('an insurer that is down leaves a remark on the screen until all is well; down twice is down once', async () => {
  await sown('party-down', 'insurer-nhi')
  await sown('party-down', 'insurer-nhi')
  expect(place.world.local.faults.list().length).toBe(1)
  const { screen } = await watch('taro')
  await sown('all-well')
  expect([screen.health, typeof screen.remark?.ja]).toEqual([undefined, 'string'])
  expect((await watch('taro')).screen.health?.addressee).toBe(personOf('taro').basicFour.name)
})

test('a blocked PIN, a lost card and a moved person can play again once the card is restored', async () => {
  const challenge = { challengeId: 'c-1', challenge: Buffer.alloc(32).toString('base64') }
  const tryPin = async () => {
    await put('pc:wataru', 'wataru')
    return (await enterPin('pc:wataru', pinOf('wataru'), challenge)).outcome
  }
  await sown('pin-blocked', 'wataru')
  await sown('pin-blocked', 'wataru')
  const blocked = await tryPin()
  await sown('card-restored', 'wataru')
  const unblocked = await tryPin()
  await sown('card-lost', 'wataru')
  await sown('card-lost', 'wataru')
  const show = () => answer(place.terminals.residents[':residentId'].$get({ param: { residentId: 'wataru' } }))
  const lost = (await show()).card.state
  await sown('card-restored', 'wataru')
  expect([blocked, unblocked, lost, (await show()).card.state, await tryPin()]).toEqual([
    'blocked',
    'proved',
    'lost',
    'held',
    'proved',
  ])
})

test('a move is found by the next round of checks; what somebody dead cannot do is refused', async () => {
  await sown('moved', 'kenji')
  expect((await sown('change-checks')).en).toMatch(/^[1-9]/)
  const { contracts } = await answer(place.party<SubscriptionApp>('contract-midori').contracts.$get())
  const mine = contracts.find(({ customer }) => customer.name === personOf('kenji').basicFour.name)
  expect([mine?.state, mine?.finding?.reason]).toEqual(['askingNewData', 'affiliationChanged'])
  const town = place.party<MunicipalityApp>('municipality-shiosai').residents[':residentId']
  await answer(town.deaths.$post({ param: { residentId: 'tsutomu' } }))
  expect((await sow('moved', 'tsutomu')).status).toBe(409)
})

test('a year of moves goes by in one go, one seed at a time, and again', { timeout: 300_000 }, async () => {
  const before = place.stage.now()
  const year = sow('year-of-moves')
  await new Promise((resolve) => setImmediate(resolve))
  const meanwhile = await sow('all-clear')
  expect([(await year).status, meanwhile.status]).toEqual([200, 409])
  expect(Math.round((place.stage.now() - before) / 86_400_000)).toBe(365)
})
