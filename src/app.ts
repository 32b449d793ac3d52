import { mkdir } from 'node:fs/promises'
import { Api } from 'grammy'
import type { Logger } from 'pino'
import { createMetrics } from './api/metrics.ts'
import type { Address } from './api/open311/plugin.ts'
import { readCatalogues } from './catalogues.ts'
import type { Channel } from './channels/channel.ts'
import { programChannel } from './channels/program.ts'
import { type Reach, watchReach } from './channels/telegram/reach.ts'
import { pollUpdates, type Receiving, receiveUpdate } from './channels/telegram/receive.ts'
import { registerBot, registerWhenReached } from './channels/telegram/register.ts'
import { telegramChannel } from './channels/telegram/send.ts'
import { webChatChannel } from './channels/webchat/channel.ts'
import { type Clock, realClock } from './clock.ts'
import { type Config, rootOf, type TelegramConfig } from './config.ts'
import { entrancesOf } from './console/admin/poster.tsx'
import { queuesPath } from './console/admin/queues.ts'
import { bringForward, openDatabase } from './database.ts'
import { hour } from './domain/instant.ts'
import { listErasures } from './erasures.ts'
import { geoReportWords } from './geo-report-words.ts'
import { introductions, pageWords } from './introductions.ts'
import { type CatalogueLanguage, catalogueLanguages, createTranslations } from './language/catalogue.ts'
import { categoryNames } from './language/category-name.ts'
import { keysOf, searchText } from './language/place-name.ts'
import { createVoice } from './language/render.ts'
import { organisationForConsole } from './organisation/console.ts'
import { openOutside } from './outside.ts'
import { conversationHandler } from './pipeline/conversation.ts'
import { deliveryHandler } from './pipeline/delivery.ts'
import { sendDigests } from './pipeline/digest.ts'
import { createFollowUp } from './pipeline/follow-up.ts'
import { gatherMyData } from './pipeline/my-data.tsx'
import { ticketHandler } from './pipeline/ticket-turn.ts'
import { webhookHandler } from './pipeline/webhooks.ts'
import { postgresBackend, redisBackend } from './queue/backend.ts'
import { openNudging } from './queue/nudge.ts'
import { sweep, type Waits } from './queue/sweep.ts'
import { startTracing } from './queue/tracing.ts'
import { describe, startWorkers } from './queue/worker.ts'
import { leastFreeBytes, mostOf } from './quotas/figures.ts'
import { openQuotas } from './quotas/quotas.ts'
import { reachRedis } from './reach.ts'
import { loadDemo } from './simulation/demo.ts'
import { findApiClient, isWithinArea } from './store/api-keys.ts'
import { assignOpenTicket, ticketsThatMayFit } from './store/assignments.ts'
import { mostBytes, openFiles } from './store/attachments.ts'
import { watchBacklog } from './store/backlog.ts'
import { change, connect, type Db, poolUse } from './store/connection.ts'
import { findConversationWith } from './store/conversations.ts'
import { openDecoder } from './store/decoder.ts'
import { foldFigures } from './store/figures.ts'
import { eraseForgotten } from './store/forgetting.ts'
import { greetGroup, moveGroup } from './store/groups.ts'
import { type Arrival, conversationsWaitingSince, keepArrival } from './store/inbound.ts'
import { forgetIncidents, openIncidents } from './store/incidents.ts'
import { openKeyRing } from './store/key-ring.ts'
import { duties, leadWhenFree } from './store/leadership.ts'
import { announce, listenLive } from './store/live.ts'
import { openOffice } from './store/office.ts'
import { recipientsWaitingSince, tell } from './store/outbound.ts'
import { entranceOf, findPlace, findPlacesLike, findPlacesNear, refreshSpellings, takesReports } from './store/places.ts'
import { listGeoReportRequests } from './store/read-models/geo-report.ts'
import { findTicketStatus, listTicketProgress } from './store/read-models/ticket-status.ts'
import { isFileShown, readShownAfter, readTranscript } from './store/read-models/transcript.ts'
import { eraseExpired } from './store/retention.ts'
import { makeReturnCode, redeemReturnCode } from './store/return-codes.ts'
import { openRowNames } from './store/row-names.ts'
import { openSealing } from './store/sealing.ts'
import { issueToken } from './store/staff.ts'
import { openAccessRecord } from './store/text-access.ts'
import { fireTimers, ticketsWithTimerDue } from './store/ticket-timers.ts'
import { coarsenOver, shuffleChats, vacuumUntied } from './store/untying.ts'
import { readWaiting } from './store/waiting.ts'
import { subscriptionsWithDeliveryDue } from './store/webhooks.ts'
import { vacuumOlderKeys } from './store/word-keys.ts'
import { buildProbes, buildWeb } from './web.ts'

/** A running service. `url` is where the web role listens. */
export type Running = {
  readonly url: string | undefined
  readonly isDemo: boolean
  readonly db: Db
  /** Takes a message in, as a channel does: once it is kept, it will be handled. */
  readonly keep: (arrival: Arrival) => Promise<void>
  readonly stop: () => Promise<void>
}

/** What a service may have otherwise than usual: a simulated month brings its own time, and its people. */
export type Surroundings = { readonly clock?: Clock; readonly people?: Channel }

/** How often the sweeper looks, in milliseconds, and how many rows it takes up at once. */
const sweeping = { everyMs: 2_000, batch: 500, timers: 1_000 } as const
/** How often what tickets have changed is added to the figures; a page that shows them does so itself before. */
const foldMs = 10_000
/** How often the weekly digests are looked for. */
const digestMs = 60_000
/** How often chats are erased whose residents have been told so. */
const forgetMs = 20_000
/** How often words from before sealing was begun are looked for, in milliseconds. */
const sealMs = 10_000

/** How often incidents that were counted are added to the record. */
const incidentsMs = 60_000

/** How soon another copy takes the upkeep over from one that died, in milliseconds. */
const upkeepRetryMs = 10_000

/**
 * Starts the whole service: database, stores, queue, channels, workers, web. What was started is stopped in reverse,
 * also when a later part fails to start.
 */
export async function startJawab(
  config: Config,
  log: Logger,
  { clock = realClock, people = programChannel('simulated') }: Surroundings = {},
): Promise<Running> {
  const stops: (() => Promise<void>)[] = []
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  const stop = async () => {
    stopping.abort()
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const { now } = clock
    const onTrouble = (error: unknown) => log.warn({ reason: describe(error) }, 'a connection is in trouble; it is tried again')
    const has = (role: 'web' | 'worker') => config.roles.includes(role)

    await mkdir(config.dataDir, { recursive: true })
    const keys = await openKeyRing(config)
    if (config.redisUrls !== undefined) await reachRedis(config.redisUrls)
    const database = await openDatabase(config)
    stops.push(database.release)
    await bringForward(database)
    const db = connect(database.url, undefined, keys)
    stops.push(() => db.$disconnect())
    const isDemo = database.isEmbedded && (await loadDemo(db))

    const incidents = openIncidents()
    stops.push(clock.every(incidentsMs, () => incidents.save(db, new Date(now())), onTrouble))
    const quotas = openQuotas(config.quotas, Date.now, (quota) => {
      metrics.quotaMet(quota)
      incidents.count(`quota ${quota}`)
    })
    const record = openAccessRecord(keys)
    const rows = openRowNames(keys.secretsFor('row names'))
    const decoder = openDecoder((reason) => {
      metrics.decoderEnded(reason)
      incidents.count(`decoder ${reason}`)
    })
    stops.push(decoder.stop)
    const files = await openFiles(config.dataDir, keys, { leastFreeBytes, decoder })
    const outside = openOutside(config.privateHosts)
    const publicUrl = rootOf(config)
    const office = openOffice(db, config.timeZone, now)
    const translations = createTranslations(await readCatalogues(), config.kept)
    const voices = memo((language: CatalogueLanguage) => createVoice(translations, language, config.timeZone))
    const metrics = createMetrics(
      () => readWaiting(db),
      () => poolUse(db),
    )

    const { telemetry, follow, stop: stopTracing } = await startTracing(config.tracesTo)
    stops.push(stopTracing)
    const backend = config.redisUrls === undefined ? postgresBackend(database.url, telemetry) : redisBackend(config.redisUrls, onTrouble, telemetry)
    stops.push(backend.close)
    const { nudge, turnMs, board, close } = await openNudging(backend, onTrouble)
    stops.push(close)
    const followUp = createFollowUp(db, files, nudge, (error) =>
      log.warn({ reason: describe(error) }, 'what follows from a change failed; it is made up for later'),
    )

    const telegram =
      config.telegram === undefined
        ? undefined
        : {
            api: new Api(config.telegram.token, apiOptions(config.telegram)),
            reach: watchReach((error) =>
              log.warn({ connection: 'telegram', reason: describe(error) }, 'Telegram can not be reached; it is tried again, and said again hourly'),
            ),
            botId: config.telegram.token.split(':')[0] ?? '',
            fileRoot: `${config.telegram.apiRoot ?? 'https://api.telegram.org'}/file/bot${config.telegram.token}`,
          }
    // Asked once, when the first poster is drawn; without an answer the poster has the web chat alone.
    const botName = once(async () =>
      telegram?.api.getMe().then(
        ({ username }) => username,
        () => undefined,
      ),
    )
    const channels: readonly Channel[] = [
      webChatChannel((conversation) => announce(db, conversation)),
      programChannel('open311'),
      // Whoever was made up for a month (`jawab simulate month`) reads nothing after it.
      people,
      ...(telegram === undefined ? [] : [telegramChannel(telegram)]),
    ]
    const keep = (arrival: Arrival) =>
      follow('receive', async () => {
        const conversation = await keepArrival(db, keys, arrival, new Date(now()))
        metrics.received(arrival.channel)
        await nudge('conversation', [conversation])
      })

    const signInLink = async (memberId: string) => `${publicUrl}/console/login?token=${await issueToken(db, memberId, 'login', new Date(now()))}`

    if (has('worker')) {
      const nameOfCategory = categoryNames((category) => catalogueLanguages.map((language) => voices(language).say(`category.${category}`)))
      const handlers = {
        conversation: conversationHandler({ db, keys, channels, files, quotas, office, now, nudge, followUp, log, isStopping, nameOfCategory }),
        delivery: deliveryHandler({
          db,
          keys,
          channels,
          files,
          quotas,
          record,
          voices,
          now,
          nudge,
          log,
          delivered: metrics.delivered,
          signInLink,
          timeZone: config.timeZone,
          isStopping,
        }),
        assignment: ticketHandler({ db, office, now, followUp }, assignOpenTicket),
        deadline: ticketHandler({ db, office, now, followUp }, fireTimers),
        webhook: webhookHandler({ db, keys, office, now, followUp, call: outside.call, called: metrics.webhookCalled }),
      }
      stops.push(await startWorkers(backend, handlers, log, metrics.handled))
      const ago = (ms: number) => new Date(now() - ms)
      const waits: Waits = {
        conversation: (waitedMs) => conversationsWaitingSince(db, ago(waitedMs), sweeping.batch),
        delivery: (waitedMs) => recipientsWaitingSince(db, ago(waitedMs), new Date(now()), sweeping.batch),
        assignment: async (waitedMs) => ticketsThatMayFit(db, ago(waitedMs), (await office()).localMoment(now()), sweeping.batch),
        deadline: () => ticketsWithTimerDue(db, new Date(now()), sweeping.timers),
        webhook: () => subscriptionsWithDeliveryDue(db, new Date(now()), sweeping.batch),
      }
      stops.push(clock.every(sweeping.everyMs, () => sweep(waits, turnMs, nudge), onTrouble))
      const erase = async () => {
        const erased = await eraseExpired(db, files, new Date(now()), config.kept)
        metrics.erased(erased)
        await forgetIncidents(db, new Date(now()))
        const { day } = (await office()).localMoment(now())
        if ((await shuffleChats(db, day)) + (await coarsenOver(db, files, config.timeZone, day)) > 0) await vacuumUntied(db)
        log.info(erased, 'erased what had its time')
      }
      const forgetAll = async () => {
        await listErasures(config.dataDir, await eraseForgotten(db, keys, new Date(now())))
        await vacuumOlderKeys(db)
      }
      // One copy at a time does these; each process has its own sweeper, as a nudge too many changes nothing.
      const sealOlder = openSealing(db, files, now)
      const upkeep = async (signal: AbortSignal) => {
        await refreshSpellings(db, searchText)
        const ends = [
          clock.every(foldMs, () => foldFigures(db, config.timeZone), onTrouble),
          clock.every(digestMs, () => sendDigests({ db, office, now, followUp, timeZone: config.timeZone }), onTrouble),
          clock.every(forgetMs, forgetAll, onTrouble),
          clock.every(hour, erase, onTrouble),
          clock.every(sealMs, () => sealOlder(signal), onTrouble),
        ]
        await aborted(signal)
        await Promise.all(ends.map((end) => end()))
      }
      stops.push(leadWhenFree(database.url, duties.upkeep, upkeep, onTrouble, upkeepRetryMs))
    }

    const health = {
      checks: {
        database: async () => void (await db.$queryRaw`select 1`),
        queue: backend.ping,
        // The first to go when the copy stops: whoever sends people here finds another one.
        process: async () => stopping.signal.throwIfAborted(),
      },
    }
    const watched = { registry: metrics.registry, token: config.metricsToken }
    if (config.probePort !== undefined) {
      const probes = await buildProbes({ log, isStopping, health, metrics: watched })
      stops.push(() => probes.close())
      await probes.listen({ host: config.host, port: config.probePort })
    }
    if (!has('web')) return { url: undefined, isDemo, db, keep, stop }
    const live = await listenLive(database.url, onTrouble)
    stops.push(live.stop)
    const isSecure = config.publicUrl?.startsWith('https:') === true
    const findClient = (key: string) => findApiClient(db, key, new Date(now()))
    const cookieSecrets = keys.secretsFor('cookie')
    const isFull = watchBacklog(db, config.backlogLimit, now)
    const receiving: Receiving = {
      botId: telegram?.botId ?? '',
      moveGroup: (from, to) => moveGroup(db, keys, from, to),
      keep,
      quotas,
      now,
      warn: async (handle, waitMs) => {
        const conversation = await findConversationWith(db, keys, 'telegram', handle)
        if (conversation === undefined) return
        await followUp(await change(db, await office(), now(), (each) => tell(each, conversation, { notice: 'tooMany', until: now() + waitMs })))
      },
      isFull,
      greetGroup: async (handle) => nudge('delivery', await greetGroup(db, keys, await office(), now(), handle, { say: { key: 'group.private' } })),
      onTrouble: (error) => void telegram?.reach.failed(error),
    }
    const web = await buildWeb({
      log,
      isSecure,
      trustedProxies: config.trustedProxies,
      publicUrl,
      isFull,
      isStopping,
      health,
      metrics: watched,
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
        keepPhoto: async (content, turn) => {
          const kept = await files.keep(db, 'photo', content, turn)
          return 'id' in kept ? kept.id : undefined
        },
        fetchMedia: async (url) => (await outside.call({ url, method: 'GET', timeoutMs: 10_000, mostBytes })).body,
        findPlace: (address) => findAddress(db, address),
        isWithinArea: (area, place) => isWithinArea(db, area, place),
        isJurisdiction: async (code) => (await db.place.count({ where: { code, parentCode: null } })) === 1,
        listRequests: (asked) => listGeoReportRequests(db, asked),
        findByToken: async (token) => {
          const conversation = await findConversationWith(db, keys, 'open311', token)
          if (conversation === undefined) return undefined
          const ticket = await db.ticket.findFirst({ where: { conversationId: conversation }, select: { code: true } })
          return { code: ticket?.code }
        },
      },
      webChat: {
        cookieSecrets,
        isSecure,
        words: pageWords(voices),
        keep,
        sessionSeconds: config.kept.chatDays * 86_400,
        keepFile: (kind, content, turn) => files.keep(db, kind, content, turn),
        shownFile: async (conversation, id) => ((await isFileShown(db, conversation, id)) ? files.find(db, id) : undefined),
        findConversation: (handle) => findConversationWith(db, keys, 'webchat', handle),
        myData: (conversation) => gatherMyData({ db, keys, files, voices }, conversation),
        rows,
        quotas,
        mostStreams: mostOf('chatStreams', config.quotas),
        hasRoom: async () => decoder.hasRoom() && files.hasRoom(),
        shareOf: async (handle) => {
          const conversation = await findConversationWith(db, keys, 'webchat', handle)
          if (conversation === undefined) return 'newSession'
          return (await db.conversation.count({ where: { id: conversation, memberId: { not: null } } })) === 1 ? 'member' : 'knownChat'
        },
        makeReturnCode: (conversation) => makeReturnCode(db, conversation),
        redeemReturnCode: (code) => redeemReturnCode(db, keys, code),
        transcript: (conversation) => readTranscript(db, rows, conversation),
        shownAfter: (conversation, after) => readShownAfter(db, rows, conversation, after),
        listen: live.listen,
        isThere: async (conversation) => (await db.conversation.count({ where: { id: conversation } })) === 1,
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
        cookieSecrets,
        findFile: (id) => files.find(db, id),
        listen: live.listen,
        wake: (conversation) => nudge('conversation', [conversation]),
        wakeDelivery: (conversation) => nudge('delivery', [conversation]),
        board: await board(queuesPath),
        organisation: organisationForConsole(db, decoder, now, async (village) => {
          const place = await findPlace(db, village)
          if (place === undefined || !takesReports(place.kind)) return undefined
          return { names: place.names, entrances: entrancesOf(await entranceOf(db, place.code), publicUrl, await botName()) }
        }),
        afterChange: async (word, openTickets) => {
          await followUp(word)
          await nudge('assignment', openTickets)
        },
      },
      telegram:
        telegram === undefined || config.telegram?.mode !== 'webhook'
          ? undefined
          : { secret: config.telegram.secret, receive: (update) => receiveUpdate(telegram.api, update, receiving) },
    })
    stops.push(() => web.close())
    const url = await web.listen({ host: config.host, port: config.port })
    if (telegram !== undefined && config.telegram !== undefined)
      stops.push(startTelegram(telegram, config.telegram, config.publicUrl ?? url, database.url, receiving))
    stops.push(() => new Promise((resume) => setTimeout(resume, config.drainMs)))
    return { url, isDemo, db, keep, stop }

    function startTelegram(
      { api, reach }: { api: Api; reach: Reach },
      telegramConfig: TelegramConfig,
      publicUrl: string,
      databaseUrl: string,
      parts: Receiving,
    ): () => Promise<void> {
      const webhook = telegramConfig.mode === 'webhook' ? { url: `${publicUrl}/channels/telegram`, secret: telegramConfig.secret } : undefined
      void registerWhenReached(reach, stopping.signal, () => registerBot(api, introductions(voices), webhook))
      if (webhook !== undefined) return async () => {}
      return leadWhenFree(databaseUrl, duties.telegramPolling, (signal) => pollUpdates(api, parts, reach, signal), onTrouble)
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The place that an address of another program means: a code, a location, or a name. */
async function findAddress(db: Db, { addressId, location, text }: Address): Promise<{ readonly code: string; readonly takesReports: boolean } | undefined> {
  const found =
    addressId !== undefined
      ? await findPlace(db, addressId)
      : location !== undefined
        ? (await db.$transaction((tx) => findPlacesNear(tx, location)))[0]
        : (await db.$transaction((tx) => findPlacesLike(tx, keysOf(text ?? ''))))[0]
  return found === undefined ? undefined : { code: found.code, takesReports: takesReports(found.kind) }
}

function apiOptions({ apiRoot }: TelegramConfig): { apiRoot?: string; timeoutSeconds: number } {
  return { timeoutSeconds: 40, ...(apiRoot === undefined ? {} : { apiRoot }) }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    if (signal.aborted) resume()
    else signal.addEventListener('abort', () => resume(), { once: true })
  })
}

/** Does something the first time it is asked for. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  const asked: { answer?: Promise<T> } = {}
  return () => {
    asked.answer ??= work()
    return asked.answer
  }
}

function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}
