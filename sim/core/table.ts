/** The SQL that creates a declared table where it is missing, with its keys and indexes. */
import { getTableConfig, SQLiteBaseInteger, type SQLiteTable } from 'drizzle-orm/sqlite-core'

const quote = (id: string) => `"${id}"`

/** `create table` and `create index` of one table; safe to run again. */
export const createStatements = (table: SQLiteTable): string[] => {
  const { name, columns, indexes, primaryKeys, uniqueConstraints, foreignKeys, checks } = getTableConfig(table)
  if (foreignKeys.length + checks.length > 0)
    throw new Error(`${name} declares what is not made here: foreign keys or checks`)
  const lines = columns.map((column) =>
    [
      quote(column.name),
      column.getSQLType(),
      column.primary ? 'primary key' : '',
      column instanceof SQLiteBaseInteger && column.autoIncrement ? 'autoincrement' : '',
      column.notNull ? 'not null' : '',
      column.isUnique ? 'unique' : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  )
  for (const key of primaryKeys)
    lines.push(`primary key (${key.columns.map((column) => quote(column.name)).join(', ')})`)
  for (const key of uniqueConstraints)
    lines.push(`unique (${key.columns.map((column) => quote(column.name)).join(', ')})`)
  const made = indexes.map(({ config }) => {
    const keys = config.columns.map((column) => {
      if (!('name' in column)) throw new Error(`index ${config.name} of ${name} is not over plain columns`)
      return quote(column.name)
    })
    return `create ${config.unique ? 'unique ' : ''}index if not exists ${quote(config.name)} on ${quote(name)} (${keys.join(', ')})`
  })
  return [`create table if not exists ${quote(name)} (${lines.join(', ')})`, ...made]
}
