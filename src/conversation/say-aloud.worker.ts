import type { Message } from '../channels/channel.ts'
import { spokenMessage } from '../language/spoken.ts'
import { describe } from '../platform/queue/worker.ts'
import { ofSpeech } from '../platform/quotas/quotas.ts'
import type { Options, Recipient } from './messages/made.worker.ts'

/**
 * Sends a message that was just shown as a voice note too. Nothing waits for it, and it is kept
 * nowhere: where too much is said at once, or the chat app asks to wait, the text stands alone.
 * Never throws.
 */
export async function sayAloud(
  { quotas, speaker, voices, log }: Options,
  { id, channel, handle }: Recipient,
  message: Message,
): Promise<void> {
  try {
    if (message.text === '') return
    if ((await quotas.take(...ofSpeech(id))) > 0) return
    const bytes = await speaker.speak(spokenMessage(message, voices), 'ogg', { of: id })
    if (bytes === undefined) return
    await channel.send(
      { conversationId: id, handle, messageId: '' },
      {
        language: message.language,
        text: '',
        buttons: [],
        content: { kind: 'voice', bytes, contentType: 'audio/ogg' },
        confidential: message.confidential === true,
      },
      undefined,
    )
  } catch (error) {
    log.info({ recipient: id, reason: describe(error) }, 'a message was not said aloud')
  }
}
