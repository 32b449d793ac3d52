/** Before every id. */
export const firstIds = { uuid: '00000000-0000-0000-0000-000000000000', bigint: '0' } as const

/**
 * Every row there is, in the order of its id, read a batch at a time: `read` gets those behind
 * `after`, at the most `size`.
 */
export async function* inBatches<Row extends { readonly id: string }>(
  size: number,
  read: (after: string, size: number) => Promise<readonly Row[]>,
  first: string = firstIds.uuid,
): AsyncGenerator<Row> {
  for (let after = first; ; ) {
    const rows = await read(after, size)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < size) return
    after = last.id
  }
}
