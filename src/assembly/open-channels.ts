import type { ChannelParts, OpenChannel } from '../channels/module.routes.ts'
import { gatherMyData } from '../conversation/messages/my-data.worker.tsx'
import { mostOf } from '../platform/quotas/figures.ts'
import type { Parts } from './parts.ts'

/** Opens the chat apps that are switched on. */
export function openChannels(
  parts: Parts,
  shared: Pick<ChannelParts, 'keep' | 'isFull' | 'stopping'>,
): readonly OpenChannel[] {
  const { config } = parts
  return config.channels.map(({ open }) =>
    open({
      ...parts,
      ...shared,
      // Only a page asks for it so, and its sessions open a chat by a secret.
      myData: (conversation) => gatherMyData(parts, conversation, { showsHandle: false }),
      chatDays: config.kept.chatDays,
      mostStreams: mostOf('chatStreams', config.quotas),
    }),
  )
}
