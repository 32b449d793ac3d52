import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadOrganisation } from '../../src/organisation/organisation.store.ts'
import {
  beginSession,
  endSession,
  findSession,
  issueToken,
  redeemToken,
} from '../../src/organisation/staff.store.ts'
import { makeOrganisation } from '../../src/simulation/organisation.ts'
import { type FreshDatabase, freshDatabase } from '../servers/database.ts'

const now = new Date('2026-11-23T04:00:00Z')
const days = (count: number) => new Date(now.getTime() + count * 86_400_000)

describe('a one-time link', () => {
  let database: FreshDatabase
  const organisation = makeOrganisation({ teams: 2, members: 6, counties: 1 }, 2)
  const id = organisation.members[0]?.id ?? ''
  beforeAll(async () => {
    database = await freshDatabase()
    await loadOrganisation(database.db, organisation)
  })
  afterAll(() => database.drop())

  it('works once, for the person it was made for', async () => {
    const token = await issueToken(database.db, id, 'invitation', now)
    expect((await redeemToken(database.db, token, ['invitation'], now))?.id).toBe(id)
    expect(await redeemToken(database.db, token, ['invitation'], now)).toBeUndefined()
  })
  it('works for one of two who use it at once', async () => {
    const token = await issueToken(database.db, id, 'invitation', now)
    const both = await Promise.all([
      redeemToken(database.db, token, ['invitation'], now),
      redeemToken(database.db, token, ['invitation'], now),
    ])
    expect(both.filter((each) => each !== undefined).length).toBe(1)
  })
  it('ends after 7 days, and a sign-in link after an hour', async () => {
    const invitation = await issueToken(database.db, id, 'invitation', now)
    const login = await issueToken(database.db, id, 'login', now)
    expect(await redeemToken(database.db, invitation, ['invitation'], days(7.01))).toBeUndefined()
    expect(await redeemToken(database.db, login, ['login'], days(0.05))).toBeUndefined()
  })
  it('is for its purpose only, and nobody guesses it', async () => {
    const login = await issueToken(database.db, id, 'login', now)
    expect(await redeemToken(database.db, login, ['invitation'], now)).toBeUndefined()
    expect(await redeemToken(database.db, 'guess', ['login', 'invitation'], now)).toBeUndefined()
  })
  it('begins a session that ends when its owner says so, or by itself', async () => {
    const secret = await beginSession(database.db, id, now)
    expect((await findSession(database.db, secret, now))?.id).toBe(id)
    expect(await findSession(database.db, secret, days(1))).toBeUndefined()
    await endSession(database.db, secret, now)
    expect(await findSession(database.db, secret, now)).toBeUndefined()
  })
})
