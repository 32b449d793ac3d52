import { isRightToLeft } from '../../language/bidi.ts'
import {
  type CatalogueLanguage,
  languageName,
  residentLanguages,
} from '../../language/catalogue.ts'
import type { Voice } from '../../language/render.ts'
import { commandsOffered } from '../commands.ts'
import type { PageWords } from './page.ts'

/** The web chat page's own words, in each language. */
export function pageWords(
  voices: (language: CatalogueLanguage) => Voice,
  { isDemo, canSpeak }: { readonly isDemo: boolean; readonly canSpeak: boolean },
): readonly PageWords[] {
  return residentLanguages.map((language) => {
    const { say } = voices(language)
    return {
      language,
      direction: isRightToLeft(language) ? 'rtl' : 'ltr',
      ownName: languageName(language),
      title: say('chat.title'),
      welcome: say('welcome'),
      demo: isDemo ? say('demo.resident') : '',
      placeholder: say('chat.placeholder'),
      send: say('chat.send'),
      photo: say('chat.photo'),
      location: say('chat.location'),
      voice: say('chat.voice'),
      stop: say('chat.stop'),
      listen: canSpeak ? say('chat.listen') : '',
      offline: say('chat.offline'),
      menu: say('chat.menu'),
      // A page of ours has a button beside each message instead.
      commands: commandsOffered(false)
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
