import type { Channel } from '../channel.ts'

/** The web chat as a channel: the row itself is what the page shows; sending tells the pages that are open. */
export function webChatChannel(announce: (conversationId: string) => Promise<void>): Channel {
  return {
    name: 'webchat',
    myDataAt: { page: '/channels/webchat/mydata.html', data: '/channels/webchat/mydata.json' },
    send: async () => ({ outcome: 'sent', externalId: undefined }),
    fetchFile: async () => undefined,
    afterSent: announce,
  }
}
