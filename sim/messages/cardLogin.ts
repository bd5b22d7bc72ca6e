/** A person's own computer to a provider, over TLS with the card: who is logged in, and how the provider knows. */
import { z } from 'zod'
import { id, instant } from './person.ts'
import { revocationStatus } from './verification.ts'

/** What became of a contract that was signed while logged in; `asked` is what the provider asks its customer for now. */
const accountContract = z.strictObject({
  contractId: id,
  state: z.string(),
  asked: z.enum(['new-data', 'new-certificate', 'renewal', 'new-card']).optional(),
})
export type AccountContract = z.output<typeof accountContract>

/** `accountId` is the pseudonym at this provider; `earlierLogins` has the last ones before this, the newest first. */
export const cardLogin = z.strictObject({
  outcome: z.literal('accepted'),
  provider: id,
  accountId: id,
  since: instant,
  logins: z.number().int(),
  earlierLogins: z.array(instant),
  notAfter: instant,
  revocation: revocationStatus,
  contracts: z.array(accountContract).optional(),
})
export type CardLogin = z.output<typeof cardLogin>
