import type { Message } from '../channels/channel.ts'
import { type CatalogueLanguage, isCatalogueLanguage } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'
import { type SpokenPart, spokenMessage } from '../language/spoken.ts'
import { describe } from '../platform/queue/worker.ts'
import type { Options, Recipient } from './messages/made.worker.ts'

/** A message as it is said aloud, with the sentence that a number answers it. */
function spokenBy(
  voices: (language: CatalogueLanguage) => Voice,
  message: Pick<Message, 'text' | 'buttons' | 'language'>,
): readonly SpokenPart[] {
  const { language } = message
  const voice = voices(isCatalogueLanguage(language) ? language : 'ug-Arab')
  return spokenMessage(message, voice.say('speech.answer'))
}

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
    const waitMs = await quotas.take(
      { quota: 'chatSpeechesAMinute', of: id },
      { quota: 'serviceSpeechesAMinute', of: 'service' },
    )
    if (waitMs > 0) return
    const bytes = await speaker.speak(spokenBy(voices, message), 'ogg', { of: id })
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
