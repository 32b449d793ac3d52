import { z } from 'zod'
import { isCatalogueLanguage } from '../../language/catalogue.ts'
import { url, type ValuesOf } from '../../platform/environment.ts'
import type { Finding } from '../../platform/finding.ts'
import { once } from '../../platform/memo.ts'
import { describe } from '../../platform/queue/worker.ts'
import { commandsOffered, type MenuCommand } from '../commands.ts'
import { type ChannelParts, channelModule } from '../module.routes.ts'
import { pause, watchReach } from '../reach.client.ts'
import { takingIn } from '../take-in.worker.ts'
import { AwayError, type Graph, GraphError, openGraph } from './graph.client.ts'
import { receiveNotification } from './receive.worker.ts'
import { sayThatThereIsNews, type Template, whatsAppChannel } from './send.client.ts'
import { whatsAppWebhook } from './webhook.routes.ts'

const text = (pattern: RegExp) => z.string().regex(pattern).optional()

const variables = {
  WHATSAPP_PHONE_NUMBER_ID: {
    meaning: 'switches WhatsApp on, by its Cloud API: the id of the telephone number',
    shown: 'off',
    expects: 'the digits of the phone number id, which is not the telephone number',
    example: '106540352242922',
    schema: text(/^\d{5,20}$/),
  },
  WHATSAPP_ACCESS_TOKEN: {
    meaning: 'the token of a system user who may send for that number',
    shown: 'required with the number',
    expects: 'an access token as Meta gives it',
    example: 'EAAG…',
    schema: text(/^\S{10,1000}$/),
  },
  WHATSAPP_APP_SECRET: {
    meaning: 'signs notifications; checked in constant time',
    shown: 'required with the number',
    expects: 'the app secret of the Meta app',
    example: '0123456789abcdef0123456789abcdef',
    schema: text(/^\S{8,200}$/),
  },
  WHATSAPP_VERIFY_TOKEN: {
    meaning: 'what Meta shows when it asks for the webhook for the first time',
    shown: 'required with the number',
    expects: '8 to 200 characters of your own, the same as in the Meta app',
    example: 'the output of: openssl rand -hex 32',
    schema: text(/^\S{8,200}$/),
  },
  WHATSAPP_API_ROOT: {
    meaning: 'another version or server of the Graph API',
    shown: '`https://graph.facebook.com/v24.0`',
    expects: 'an http or https address',
    example: 'https://graph.facebook.com/v24.0',
    schema: url('http', 'https').default('https://graph.facebook.com/v24.0'),
  },
  WHATSAPP_TEMPLATE: {
    meaning:
      'the template that says that there is news, where somebody has not written for 24 hours',
    shown: 'none: news waits',
    expects: 'the name of an approved template without variables, a colon and its language',
    example: 'there_is_news:kk',
    schema: text(/^[a-z0-9_]{1,512}:[a-z]{2,3}(?:_[A-Z]{2})?$/),
  },
} as const

const needed = ['WHATSAPP_ACCESS_TOKEN', 'WHATSAPP_APP_SECRET', 'WHATSAPP_VERIFY_TOKEN'] as const

/** What the channel needs of the environment. */
type Config = {
  readonly phoneNumberId: string
  readonly token: string
  readonly appSecret: string
  readonly verifyToken: string
  readonly root: string
  readonly template: Template | undefined
}

/** WhatsApp, by the Cloud API. */
export const whatsApp = channelModule({
  name: 'whatsapp',
  title: 'WhatsApp',
  variables,
  configure: (values, wrong) => {
    const config = configOf(values, wrong)
    if (config === undefined) return undefined
    // Who makes posters or asks the doctor keeps no account of how it went.
    const asking = openGraph(
      config,
      watchReach(
        () => {},
        () => undefined,
      ),
    )
    const number = once(() => asking.number().catch(() => undefined))
    return {
      open: (parts) => open(config, parts),
      examine: () => examine(asking),
      startLink: async (_root, parameter) => {
        const digits = await number()
        return digits === undefined
          ? undefined
          : `https://wa.me/${digits}?${new URLSearchParams({ text: `/start ${parameter}` })}`
      },
      invites: true,
    }
  },
})

function configOf(values: ValuesOf<typeof variables>, wrong: string[]): Config | undefined {
  const { WHATSAPP_PHONE_NUMBER_ID: phoneNumberId, WHATSAPP_API_ROOT: root } = values
  if (phoneNumberId === undefined) return undefined
  for (const name of needed)
    if (values[name] === undefined && !wrong.some((line) => line.startsWith(name)))
      wrong.push(
        `${name}: must be set with WHATSAPP_PHONE_NUMBER_ID; for example ${name}=${variables[name].example}`,
      )
  const [name = '', language = ''] = values.WHATSAPP_TEMPLATE?.split(':') ?? []
  return {
    phoneNumberId,
    root,
    token: values.WHATSAPP_ACCESS_TOKEN ?? '',
    appSecret: values.WHATSAPP_APP_SECRET ?? '',
    verifyToken: values.WHATSAPP_VERIFY_TOKEN ?? '',
    template: name === '' ? undefined : { name, language },
  }
}

function open(config: Config, parts: ChannelParts) {
  const { log, db, keys, nudge, voices, stopping } = parts
  const reach = watchReach(
    (error) =>
      log.warn(
        { connection: 'whatsapp', reason: describe(error) },
        'WhatsApp can not be reached, or refuses our access; it is tried again, and said again hourly',
      ),
    () => undefined,
  )
  const graph = openGraph(config, reach)
  const { template, phoneNumberId } = config
  const choose = (language: string) =>
    voices(isCatalogueLanguage(language) ? language : 'kk-Cyrl').say('button.choose')
  const taking = takingIn('whatsapp', parts, async (handle, words) => {
    await graph
      .send(handle, { type: 'text', text: { body: words } })
      .catch((error: unknown) => reach.failed(error))
  })
  const receiving = {
    ...taking,
    db,
    keys,
    nudge,
    phoneNumberId,
    sayNews: (handle: string) => sayThatThereIsNews({ graph, template }, handle),
  }
  return {
    channel: whatsAppChannel({ graph, reach, phoneNumberId, template, choose }),
    serve: () => ({
      routes: async (app: Parameters<typeof whatsAppWebhook>[0]) =>
        void (await app.register(whatsAppWebhook, {
          appSecret: config.appSecret,
          verifyToken: config.verifyToken,
          receive: (notification: unknown) => receiveNotification(notification, receiving),
        })),
      start: () => {
        const { say } = voices('kk-Cyrl')
        const commands = commandsOffered(parts.speaker.isThere).map((name) => ({
          name,
          description: say(`command.${name}`),
        }))
        void offerCommands(graph, commands, stopping)
        return async () => {}
      },
    }),
  }
}

/** How long it is waited before the menu is offered again, in milliseconds. */
const offerAgainMs = 60_000

/** Offers the commands in WhatsApp's menu, which knows one language for all. */
async function offerCommands(
  graph: Graph,
  commands: readonly { readonly name: MenuCommand; readonly description: string }[],
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted)
    try {
      return await graph.offer(commands)
    } catch (error) {
      // A number that has no such menu refuses it for good, and works without it.
      if (error instanceof GraphError && error.meaning === 'refused') return
      await pause(offerAgainMs, stopping)
    }
}

/** Whether the number answers to our token. */
async function examine(graph: Graph): Promise<Finding> {
  const about = 'WhatsApp'
  try {
    return { about, fine: `answers as +${await graph.number()}` }
  } catch (error) {
    return {
      about,
      wrong:
        error instanceof AwayError
          ? 'it does not answer; check the way out of this machine, and WHATSAPP_API_ROOT'
          : 'it does not know WHATSAPP_PHONE_NUMBER_ID by WHATSAPP_ACCESS_TOKEN; make a lasting token of a system user who may send for that number',
    }
  }
}
