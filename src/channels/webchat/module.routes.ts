import { spokenMessage } from '../../language/spoken.ts'
import { findConversationWith, shareOf } from '../../mailbox/conversations.store.ts'
import { makeReturnCode, redeemReturnCode } from '../../mailbox/return-codes.store.ts'
import { announce } from '../../platform/postgres/live.ts'
import type { Channel } from '../channel.ts'
import { type ChannelParts, channelModule } from '../module.routes.ts'
import { pageWords } from './page-words.ts'
import {
  isConversationThere,
  isFileShown,
  readShown,
  readShownAfter,
  readTranscript,
} from './transcript.store.ts'
import { type Options, webChat as routes } from './webchat.routes.ts'

const name = 'webchat'

/** The chat on our own page, for phones without a chat app. It is always there. */
export const webChat = channelModule({
  name,
  title: 'Web chat',
  variables: {},
  configure: () => ({
    open: (parts) => ({
      channel: webChatChannel((conversation) => announce(parts.db, conversation)),
      serve: ({ listen }) => ({
        routes: async (app) => void (await app.register(routes, optionsOf(parts, listen))),
      }),
    }),
    startLink: async (root, parameter) => `${root}/chat?start=${parameter}`,
    invites: false,
  }),
})

/**
 * The web chat as a channel: the row itself is what the page shows; sending tells the pages that
 * are open.
 */
function webChatChannel(announceTo: (conversationId: string) => Promise<void>): Channel {
  return {
    name,
    can: {
      charactersAMessage: 4_096,
      charactersACaption: 4_096,
      buttonsAMessage: 100,
      charactersAButton: 100,
      bytesOfData: 100,
      bytesOfDocument: 0,
      edits: true,
      files: { sends: true, takes: true },
    },
    handleIsSecret: true,
    showsRows: true,
    myDataAt: { page: '/channels/webchat/mydata.html', data: '/channels/webchat/mydata.json' },
    send: async ({ messageId }) => ({ outcome: 'sent', externalId: messageId }),
    takeBack: async () => false,
    removeButtons: async () => {},
    fetchFile: async () => 'gone',
    afterSent: announceTo,
  }
}

function optionsOf(parts: ChannelParts, listen: Options['listen']): Options {
  const { db, keys, files, decoder, quotas, rows, voices, speaker, keep, myData } = parts
  return {
    cookieSecrets: keys.secretsFor('cookie'),
    isSecure: parts.isSecure,
    words: pageWords(voices, { isDemo: parts.isDemo, canSpeak: speaker.isThere }),
    keep,
    sessionSeconds: parts.chatDays * 86_400,
    keepFile: (kind, content, turn) => files.keep(db, kind, content, turn),
    shownFile: async (conversation, id) =>
      (await isFileShown(db, conversation, id)) ? files.find(db, id) : undefined,
    speech: async (conversation, row, form, signal) => {
      const shown = await readShown(db, conversation, row)
      if (shown === undefined) return undefined
      return speaker.speak(spokenMessage(shown, voices), form, { of: conversation, signal })
    },
    findConversation: (handle) => findConversationWith(db, keys, name, handle),
    myData,
    rows,
    quotas,
    mostStreams: parts.mostStreams,
    hasRoom: async () => decoder.hasRoom() && files.hasRoom(),
    shareOf: (handle) => shareOf(db, keys, name, handle),
    makeReturnCode: (conversation) => makeReturnCode(db, conversation),
    redeemReturnCode: (code) => redeemReturnCode(db, keys, code),
    transcript: (conversation) => readTranscript(db, rows, conversation),
    shownAfter: (conversation, after) => readShownAfter(db, rows, conversation, after),
    listen,
    isThere: (conversation) => isConversationThere(db, conversation),
  }
}
