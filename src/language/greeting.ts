import { normalise } from './normalise.ts'

const greetings: ReadonlySet<string> = new Set(
  'سالام|ئەسسالامۇئەلەيكۇم|ئەسسالام|ياخشىمۇسىز|ياخشىمۇسىلەر|ۋەئەلەيكۇم|سالەم|سالەمەتسىزبە|اسسالاۋماعالەيكۇم|амансызба|сәлем|сәлеметсізбе|ассалаумағалейкум|салем|你好|您好|你们好|在吗|喂|hello|hi|salam|essalamueleykum|yaxshimusiz|salem|sälem|привет|здравствуйте'.split(
    '|',
  ),
)

/** Whether a message is only a greeting: it is answered with one, and is no report. */
export function isGreeting(text: string): boolean {
  return greetings.has(
    normalise(text)
      .toLowerCase()
      .replaceAll(/[^\p{L}]/gu, '')
      .replaceAll('ٴ', ''),
  )
}
