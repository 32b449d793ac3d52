import { mkdir } from 'node:fs/promises'
import { examineAll } from '../assembly/examine.ts'
import { type Config, readConfig } from '../config.ts'
import type { Finding } from '../platform/finding.ts'
import { connect } from '../platform/postgres/database.ts'
import { openDatabase } from '../platform/postgres/open-database.ts'

/**
 * `jawab doctor`: looks whether all is well with a deployment, and says what to do where it is not.
 * Ends with 1 then.
 */
export async function examine({ seal }: { readonly seal?: string } = {}): Promise<void> {
  const findings = await findingsOf(readConfig(process.env), seal)
  for (const finding of findings) console.log(lineOf(finding))
  if (findings.some(({ wrong }) => wrong !== undefined)) process.exitCode = 1
}

/** A finding as a line of the report. */
export function lineOf({ about, wrong, fine, note }: Finding): string {
  if (wrong !== undefined) return `WRONG  ${about}: ${wrong}`
  return note !== undefined ? `to do  ${about}: ${note}` : `well   ${about}: ${fine}`
}

/** All that the doctor looks at. `seal` is one of the record of readings, kept elsewhere. */
export async function findingsOf(config: Config, seal?: string): Promise<readonly Finding[]> {
  await mkdir(config.dataDir, { recursive: true })
  const database = await openDatabase(config)
  const db = connect(database.url, 2)
  try {
    return await examineAll(db, database.url, config, seal)
  } finally {
    await db.close()
    await database.release()
  }
}
