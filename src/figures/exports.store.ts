import type { Db } from '../platform/postgres/database.ts'
import { query } from '../platform/postgres/query.ts'
import type { AccessRole } from '../platform/sealing/access.ts'
import type { AccessRecord } from '../platform/sealing/access-log.ts'

/** Figures that are taken out as a file: by whom, in which form, and which. */
type Taken = {
  readonly memberId: string
  readonly role: AccessRole
  readonly format: 'csv' | 'xlsx'
  readonly asked: Readonly<Record<string, string | number>>
  readonly at: Date
}

/** Notes that figures are being taken out as a file, before they are (protection P35). */
export async function noteExport(db: Db, record: AccessRecord, taken: Taken): Promise<void> {
  await db.transaction(async (tx) => {
    tx.write(
      query.insertInto('FigureExport').values({ ...taken, asked: JSON.stringify(taken.asked) }),
    )
    await record.noteExport(tx, taken)
  })
}

/** How often figures have been taken out, in all and since a moment: for everybody to see. */
export async function countExports(
  db: Db,
  since: Date,
): Promise<{ readonly all: number; readonly lately: number }> {
  const [all, lately] = await Promise.all([
    db.prisma.figureExport.count(),
    db.prisma.figureExport.count({ where: { at: { gte: since } } }),
  ])
  return { all, lately }
}
