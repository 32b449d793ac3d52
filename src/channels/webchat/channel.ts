import type { Channel } from '../channel.ts'

/**
 * The web chat as a channel: the row itself is what the page shows; sending tells the pages that
 * are open.
 */
export function webChatChannel(announce: (conversationId: string) => Promise<void>): Channel {
  return {
    name: 'webchat',
    canEdit: true,
    showsRows: true,
    myDataAt: { page: '/channels/webchat/mydata.html', data: '/channels/webchat/mydata.json' },
    send: async ({ messageId }) => ({ outcome: 'sent', externalId: messageId }),
    takeBack: async () => false,
    removeButtons: async () => {},
    fetchFile: async () => 'gone',
    afterSent: announce,
  }
}
