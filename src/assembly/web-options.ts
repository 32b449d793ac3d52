import { listGeoReportRequests } from '../api/open311/geo-report.store.ts'
import type { Address } from '../api/open311/options.routes.ts'
import { geoReportWords } from '../api/open311/words.ts'
import { findTicketStatus, listTicketProgress } from '../api/ticket-status.store.ts'
import { entrancesOf, invitationLinks } from '../channels/entrances.ts'
import { organisationForConsole } from '../console/admin/import.routes.ts'
import { queuesPath } from '../console/admin/queues.routes.ts'
import { keysOf } from '../language/place-name.ts'
import { findConversationWith } from '../mailbox/conversations.store.ts'
import type { Arrival } from '../mailbox/message.ts'
import {
  entranceOf,
  findPlace,
  findPlacesLike,
  findPlacesNear,
  takesReports,
} from '../organisation/places.store.ts'
import type { Turn } from '../platform/fair-queue.ts'
import { mostBytes } from '../platform/files/attachments.ts'
import { findApiClient, isJurisdiction, isWithinArea } from '../platform/http/api-keys.ts'
import type { Db } from '../platform/postgres/database.ts'
import { examineAll } from './examine.ts'
import type { Parts } from './parts.ts'
import type { WebOptions } from './web.ts'

/** What the web's features need of the parts, beside what a role decides for itself. */
export async function webOptions(
  parts: Parts,
  {
    keep,
    listen,
  }: {
    readonly keep: (arrival: Arrival) => Promise<void>
    readonly listen: WebOptions['console']['listen']
  },
): Promise<
  Pick<WebOptions, 'publicUrl' | 'isSecure' | 'tickets' | 'subscriptions' | 'open311' | 'console'>
> {
  const {
    config,
    now,
    keys,
    db,
    quotas,
    decoder,
    files,
    record,
    rows,
    outside,
    publicUrl,
    office,
    voices,
    isSecure,
    nudge,
    nudging,
    runAfterCommit,
  } = parts
  const findClient = (key: string) => findApiClient(db, key, new Date(now()))
  const keepPhoto = async (content: Buffer, turn: Turn) => {
    const kept = await files.keep(db, 'photo', content, turn)
    return 'id' in kept ? kept.id : undefined
  }
  const cookieSecrets = keys.secretsFor('cookie')
  return {
    publicUrl,
    isSecure,
    tickets: {
      find: (code) => findTicketStatus(db, code),
      list: (asked) => listTicketProgress(db, asked),
      findClient,
      quotas,
      isWithinArea: (area, place) => isWithinArea(db, area, place),
      now,
    },
    subscriptions: { db, keys, now, nudge, findClient, quotas, checkAddress: outside.check },
    open311: {
      publicUrl,
      now,
      words: geoReportWords(voices),
      findClient,
      quotas,
      keep,
      keepPhoto,
      fetchMedia: async (url) =>
        (await outside.call({ url, method: 'GET', timeoutMs: 10_000, mostBytes })).body,
      findPlace: (address) => findAddress(db, address),
      isWithinArea: (area, place) => isWithinArea(db, area, place),
      isJurisdiction: (code) => isJurisdiction(db, code),
      listRequests: (asked) => listGeoReportRequests(db, asked),
      findByToken: async (token) => {
        const conversation = await findConversationWith(db, keys, 'open311', token)
        if (conversation === undefined) return undefined
        const ticket = await db.prisma.ticket.findFirst({
          where: { conversationId: conversation },
          select: { code: true },
        })
        return { code: ticket?.code }
      },
    },
    console: {
      db,
      rows,
      quotas,
      record,
      voices,
      office,
      now,
      isSecure,
      publicUrl,
      timeZone: config.timeZone,
      isDemo: parts.isDemo,
      channels: config.channels.length,
      examine: () => examineAll(db, parts.databaseUrl, config),
      cookieSecrets,
      findFile: (id) => files.find(db, id),
      keepPhoto,
      listen,
      invitationLinks: (token) => invitationLinks(config.channels, publicUrl, token),
      wake: (conversation) => nudge('conversation', [conversation]),
      wakeDelivery: (conversation) => nudge('delivery', [conversation]),
      board: await nudging.board(queuesPath),
      organisation: organisationForConsole(db, decoder, now, async (village) => {
        const place = await findPlace(db, village)
        if (place === undefined || !takesReports(place.kind)) return undefined
        return {
          names: place.names,
          entrances: await entrancesOf(
            config.channels,
            publicUrl,
            await entranceOf(db, place.code),
          ),
        }
      }),
      afterChange: async (after, openTickets) => {
        await runAfterCommit(after)
        await nudge('assignment', openTickets)
      },
    },
  }
}

/** The place that an address of another program means: a code, a location, or a name. */
async function findAddress(
  db: Db,
  { addressId, location, text }: Address,
): Promise<{ readonly code: string; readonly takesReports: boolean } | undefined> {
  const found =
    addressId !== undefined
      ? await findPlace(db, addressId)
      : location !== undefined
        ? (await findPlacesNear(db, location))[0]
        : (await db.transaction((tx) => findPlacesLike(tx, keysOf(text ?? ''))))[0]
  return found === undefined
    ? undefined
    : { code: found.code, takesReports: takesReports(found.kind) }
}
