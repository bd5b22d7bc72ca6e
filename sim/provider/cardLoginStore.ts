/** Accounts of those who log in with the card: the pseudonym, the last logins and contracts; nothing of the certificate is kept. */
import { and, asc, desc, eq, lte } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'

/** So many logins are remembered, for the holder to see whether all were theirs (assumed). */
const rememberedLogins = 10

const accountsTable = sqliteTable('card_accounts', {
  /** The platform's pseudonym. */
  accountId: text().primaryKey(),
  since: integer().notNull(),
  logins: integer().notNull(),
})

const loginsTable = sqliteTable(
  'card_logins',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    accountId: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [index('card_logins_by_account').on(table.accountId)],
)

const contractsTable = sqliteTable(
  'card_account_contracts',
  {
    contractId: text().primaryKey(),
    accountId: text().notNull(),
  },
  (table) => [index('card_account_contracts_by_account').on(table.accountId)],
)

export const cardLoginTables = [accountsTable, loginsTable, contractsTable]

export type Account = { since: number; logins: number; earlierLogins: number[] }

export const createCardAccounts = ({ read, write }: Store) => ({
  /** Note a login, opening the account with the first; returns it with the logins before this one, the newest first. */
  noteLogin: (accountId: string, at: number): Promise<Account> =>
    write(async (tx) => {
      const mine = eq(accountsTable.accountId, accountId)
      const [known] = await tx.select().from(accountsTable).where(mine)
      const account = { since: known?.since ?? at, logins: (known?.logins ?? 0) + 1 }
      if (known === undefined) await tx.insert(accountsTable).values({ accountId, ...account })
      else await tx.update(accountsTable).set(account).where(mine)

      const byAccount = eq(loginsTable.accountId, accountId)
      const earlier = await tx.select().from(loginsTable).where(byAccount).orderBy(desc(loginsTable.number))
      await tx.insert(loginsTable).values({ accountId, at })
      const forgotten = earlier[rememberedLogins - 1]
      if (forgotten !== undefined)
        await tx.delete(loginsTable).where(and(byAccount, lte(loginsTable.number, forgotten.number)))
      return { ...account, earlierLogins: earlier.map((login) => login.at) }
    }),

  /** The contract belongs to the account under which it was signed first. */
  addContract: (contractId: string, accountId: string): Promise<void> =>
    write(async (tx) => {
      await tx.insert(contractsTable).values({ contractId, accountId }).onConflictDoNothing()
    }),

  contractsOf: async (accountId: string): Promise<string[]> => {
    const mine = eq(contractsTable.accountId, accountId)
    const rows = await read.select().from(contractsTable).where(mine).orderBy(asc(contractsTable.contractId))
    return rows.map(({ contractId }) => contractId)
  },
})
export type CardAccounts = ReturnType<typeof createCardAccounts>
