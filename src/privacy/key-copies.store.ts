import type { Db } from '../platform/postgres/database.ts'

/** Notes that copies of these keys are kept elsewhere. `marks` are what their values begin with. */
export async function confirmKeys(
  db: Db,
  marks: readonly Uint8Array<ArrayBuffer>[],
  confirmedAt: Date,
): Promise<void> {
  await db.prisma.keyCopy.createMany({
    data: marks.map((mark) => ({ mark, confirmedAt })),
    skipDuplicates: true,
  })
}

/** How many of these keys nobody has shown a copy of. */
export async function unconfirmedKeys(
  db: Db,
  marks: readonly Uint8Array<ArrayBuffer>[],
): Promise<number> {
  return marks.length - (await db.prisma.keyCopy.count({ where: { mark: { in: [...marks] } } }))
}
