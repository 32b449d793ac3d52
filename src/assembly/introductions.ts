import type { Introduction } from '../channels/telegram/register.client.ts'
import type { PageWords } from '../channels/webchat/page.ts'
import { isRightToLeft } from '../language/bidi.ts'
import { type CatalogueLanguage, languageNames, residentLanguages } from '../language/catalogue.ts'
import type { Voice } from '../language/render.ts'

type Voices = (language: CatalogueLanguage) => Voice

const commands = [
  'new',
  'status',
  'who',
  'unsafe',
  'language',
  'privacy',
  'mydata',
  'forget',
  'help',
  'cancel',
] as const

/**
 * The bot's commands and descriptions in each language. Telegram knows languages and no scripts:
 * `kk` gets Cyrillic, as phones set to Kazakh do; everybody whose phone speaks another language
 * gets Uyghur.
 */
export function introductions(voices: Voices): readonly Introduction[] {
  const introduction = (
    languageCode: string | undefined,
    language: CatalogueLanguage,
  ): Introduction => {
    const { say } = voices(language)
    return {
      languageCode,
      description: say('bot.description'),
      short: say('bot.short'),
      commands: commands.map((command) => ({ command, description: say(`command.${command}`) })),
    }
  }
  return [
    introduction(undefined, 'ug-Arab'),
    introduction('ug', 'ug-Arab'),
    introduction('kk', 'kk-Cyrl'),
    introduction('zh', 'zh-Hans'),
  ]
}

/**
 * What somebody reads in a chat app who has no chat here yet, while too many write: their language
 * is not known.
 */
export function busyWords(voices: Voices): (until: number) => string {
  return (until) =>
    (['ug-Arab', 'kk-Cyrl', 'zh-Hans'] as const)
      .map((language) => voices(language).say('notice.busy', { time: { at: until } }))
      .join('\n\n')
}

/** The web chat page's own words, in each language. */
export function pageWords(voices: Voices): readonly PageWords[] {
  return residentLanguages.map((language) => {
    const { say } = voices(language)
    return {
      language,
      direction: isRightToLeft(language) ? 'rtl' : 'ltr',
      ownName: languageNames[language],
      title: say('chat.title'),
      welcome: say('welcome'),
      placeholder: say('chat.placeholder'),
      send: say('chat.send'),
      photo: say('chat.photo'),
      location: say('chat.location'),
      voice: say('chat.voice'),
      stop: say('chat.stop'),
      offline: say('chat.offline'),
      menu: say('chat.menu'),
      commands: commands
        .filter((command) => command !== 'cancel')
        .map((command) => ({ command, description: say(`command.${command}`) })),
      wait: say('chat.wait'),
      notSent: say('chat.notSent'),
      tryAgain: say('chat.tryAgain'),
      tooLong: say('chat.tooLong'),
      ended: say('chat.ended'),
      noPlace: say('chat.noPlace'),
      whyTooLarge: say('chat.why.tooLarge'),
      whyRefused: say('chat.why.refused'),
      whyBusy: say('chat.why.busy'),
      sharedPhone: say('chat.sharedPhone'),
      yourCode: say('chat.yourCode', { code: { code: '{{code}}' } }),
      haveCode: say('chat.haveCode'),
      typeCode: say('chat.typeCode'),
      wrongCode: say('chat.wrongCode'),
      // The page itself knows the time, and puts it in.
      whyLater: say('chat.why.later', { time: { text: '{{time}}' } }),
    }
  })
}
