/** カード会社, an issuer of credit or debit cards: authorises, captures, releases and refunds payments on linked accounts. */
import type { Site } from '../core/site.ts'
import { createMemberLinking } from '../provider/memberLink.ts'
import { createRedemption } from '../provider/redemption.ts'
import { accountMachine } from './accountMachine.ts'
import { createApp, type PaymentOptions } from './app.ts'
import { beginClaimed, createAuthorisation } from './authorisation.ts'
import { paymentEffects } from './effects.ts'
import { paymentMachine } from './paymentMachine.ts'
import { createPaymentIndex, paymentsTable } from './store.ts'

export type PaymentApp = ReturnType<typeof createApp>

export const createPayment = async (site: Site, options: PaymentOptions): Promise<{ app: PaymentApp }> => {
  await site.store.declare(paymentsTable)
  const accounts = site.actors.define('account', accountMachine)
  const payments = site.actors.define('payment', paymentMachine, paymentEffects(accounts))
  const index = createPaymentIndex(site.store)
  await beginClaimed(payments, index)
  const authorise = createAuthorisation(site, { payments, index, redeem: createRedemption(site, 'payment') })
  return {
    app: createApp(site, {
      accounts,
      payments,
      index,
      authorise,
      members: createMemberLinking(site, 'payment'),
      self: options,
    }),
  }
}
