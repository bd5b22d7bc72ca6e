/** 保険者, a health insurer: knows its insured persons, tells clinics who is eligible and each person their own health notices. */
import type { Site } from '../core/site.ts'
import { createApp, type InsurerOptions } from './app.ts'
import { createMemberLinking } from '../provider/memberLink.ts'
import { createRedemption } from '../provider/redemption.ts'
import { insuredPersonMachine } from './machine.ts'
import { createHealthRecords, healthRecordsTable } from './store.ts'

export type InsurerApp = ReturnType<typeof createApp>

export const createInsurer = async (site: Site, options: InsurerOptions): Promise<{ app: InsurerApp }> => {
  if (!/^[0-9]{8}$/.test(options.insurerNumber)) throw new Error('an insurer number has eight digits')
  await site.store.declare(healthRecordsTable)
  const people = site.actors.define('insuredPerson', insuredPersonMachine)
  const records = createHealthRecords(site.store)
  return {
    app: createApp(site, {
      people,
      records,
      redeem: createRedemption(site, 'health-insurance'),
      members: createMemberLinking(site, 'health-insurance'),
      self: options,
    }),
  }
}
