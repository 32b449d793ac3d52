import type { ChannelModule } from './module.routes.ts'
import { telegram } from './telegram/module.routes.ts'
import { webChat } from './webchat/module.routes.ts'
import { whatsApp } from './whatsapp/module.routes.ts'

/** The chat apps that Jawab knows, in the order in which posters name them. */
export const channelModules: readonly ChannelModule[] = [webChat, whatsApp, telegram]
