import type { CatalogueLanguage } from '../../language/catalogue.ts'
import type { Voice } from '../../language/render.ts'
import { commandsOffered } from '../commands.ts'
import type { Introduction } from './introduction.ts'

type Voices = (language: CatalogueLanguage) => Voice

/**
 * The bot's commands and descriptions in each language. Telegram knows languages and no scripts:
 * `kk` gets Cyrillic, as phones set to Kazakh do; everybody whose phone speaks another language
 * gets Uyghur.
 */
export function introductions(voices: Voices, canSpeak: boolean): readonly Introduction[] {
  const introduction = (
    languageCode: string | undefined,
    language: CatalogueLanguage,
  ): Introduction => {
    const { say } = voices(language)
    return {
      languageCode,
      description: say('bot.description'),
      short: say('bot.short'),
      commands: commandsOffered(canSpeak).map((command) => ({
        command,
        description: say(`command.${command}`),
      })),
    }
  }
  return [
    introduction(undefined, 'ug-Arab'),
    introduction('ug', 'ug-Arab'),
    introduction('kk', 'kk-Cyrl'),
    introduction('zh', 'zh-Hans'),
  ]
}
