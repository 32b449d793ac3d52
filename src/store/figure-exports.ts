import type { Db } from './connection.ts'
import type { InputJsonValue } from './generated/internal/prismaNamespace.ts'
import type { AccessRole } from './text-access.ts'

/** Notes that figures are being taken out as a file, before they are (protection P35). */
export async function noteExport(
  db: Db,
  {
    memberId,
    role,
    format,
    asked,
    at,
  }: { memberId: string; role: AccessRole; format: 'csv' | 'xlsx'; asked: Readonly<Record<string, string | number>>; at: Date },
): Promise<void> {
  await db.figureExport.create({ data: { memberId, role, format, asked: asked as InputJsonValue, at }, select: { id: true } })
}

/** How often figures have been taken out, in all and since a moment: for everybody to see. */
export async function countExports(db: Db, since: Date): Promise<{ readonly all: number; readonly lately: number }> {
  const [all, lately] = await Promise.all([db.figureExport.count(), db.figureExport.count({ where: { at: { gte: since } } })])
  return { all, lately }
}
