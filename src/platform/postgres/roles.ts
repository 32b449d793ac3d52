import pg from 'pg'
import type { Db } from './database.ts'
import { statement } from './query.ts'
import { withClient } from './with-client.ts'

/**
 * Two accounts of PostgreSQL. The *owner* has the tables: it migrates and restores. The *service*
 * reads and writes rows, owns nothing but the queue's schema, and can neither change nor delete
 * what is append-only (protection P44).
 */
const appendOnly = ['TextAccess', 'BreakGlass', 'FigureExport', 'TicketEvent'] as const

/**
 * From this version on an account can be given leave to vacuum.
 * https://www.postgresql.org/docs/17/ddl-priv.html
 */
const maintainSince = 170_000
/** Tables that are vacuumed by night and after an erasure, not only when PostgreSQL comes to it. */
export const vacuumed = [
  'Conversation',
  'Ticket',
  'TicketEvent',
  'TicketMessage',
  'TicketNote',
  'Inbound',
  'Outbound',
  'Attachment',
  'WordKey',
] as const

/**
 * Gives the service what it needs, as the owner. Does nothing where it has it already and no
 * migration was applied.
 */
export async function grantService(
  ownerUrl: string,
  serviceUrl: string,
  isNew: boolean,
): Promise<void> {
  const service = decodeURIComponent(new URL(serviceUrl).username)
  await withClient(ownerUrl, async (client) => {
    const { rows: me } = await client.query<{
      user: string
      database: string
      version: number
      isGranted: boolean
    }>(
      `select current_user as "user", current_database() as "database", current_setting('server_version_num')::int as "version",
        has_table_privilege($1, '"Ticket"', 'select') as "isGranted"`,
      [service],
    )
    const [
      { user, database, version, isGranted } = {
        user: service,
        database: '',
        version: 0,
        isGranted: true,
      },
    ] = me
    if (user === service || (isGranted && !isNew)) return
    const [to, of] = [
      pg.escapeIdentifier(service),
      (names: readonly string[]) => names.map(pg.escapeIdentifier).join(', '),
    ]
    await client.query('begin')
    for (const statement of [
      // The queue makes a schema of its own.
      `grant connect, create on database ${pg.escapeIdentifier(database)} to ${to}`,
      `grant usage on schema public to ${to}`,
      `grant select, insert, update, delete on all tables in schema public to ${to}`,
      `grant usage, select on all sequences in schema public to ${to}`,
      `revoke insert, update, delete on "_prisma_migrations" from ${to}`,
      `revoke update, delete, truncate on ${of(appendOnly)} from ${to}`,
      ...(version >= maintainSince ? [`grant maintain on ${of(vacuumed)} to ${to}`] : []),
    ])
      await client.query(statement)
    await client.query('commit')
  })
}

/** Whether the service's account could change the tables themselves, or what is append-only. */
export async function ownsTooMuch(db: Db): Promise<boolean> {
  const [row] = await db.read(statement<{ tooMuch: boolean }>`
    select r.rolsuper or has_table_privilege('"TextAccess"', 'update') or exists (
      select 1 from pg_class c where c.relowner = r.oid
        and c.relnamespace = 'public'::regnamespace) as "tooMuch"
    from pg_roles r where r.rolname = current_user`)
  return row?.tooMuch === true
}
