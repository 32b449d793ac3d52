import pg from 'pg'

/** Does something over one connection of its own, which is closed after it, however it ends. */
export async function withClient<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  // A connection that is lost fails the query in hand; without a listener it would end the process.
  const client = new pg.Client({ connectionString }).on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
