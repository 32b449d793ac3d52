import { renderToString } from 'preact-render-to-string'
import { readCatalogues } from '../assembly/read-catalogues.ts'
import { isRightToLeft } from '../language/bidi.ts'
import { catalogueLanguages, languageName, residentLanguages } from '../language/catalogue.ts'
import { Head } from '../language/head.page.tsx'

/**
 * Where each text is shown, by how its key begins; the longest beginning holds. In the order in
 * which people meet them.
 */
const screens: readonly (readonly [beginning: string, screen: string])[] = [
  ['welcome', "Resident's chat: the first words"],
  ['ask.notice', "Resident's chat: before the first report is kept"],
  ['privacy', "Resident's chat: /privacy"],
  ['ask', "Resident's chat: a question of the report"],
  ['confirm', "Resident's chat: the last look before sending"],
  ['concerns', "Resident's chat: button, whom a complaint concerns"],
  ['place', "Resident's chat: after a typed village"],
  ['category', 'Everywhere: what a report is about, also a button'],
  ['button', 'Chats: what a button says'],
  ['urgent', "Resident's chat: where a message says that somebody is in danger"],
  ['rating', "Resident's chat: after the one question"],
  ['notUnderstood', "Resident's chat: what could not be understood"],
  ['lost', 'Chats: a file that could not be taken'],
  ['smallTalk', 'Chats: after thanks, a greeting, a yes or a no'],
  ['late', "Resident's chat: a button that is pressed after its question was answered"],
  ['draft', "Resident's chat: while a report is being written"],
  ['cancel', "Resident's chat: after /cancel"],
  ['withdraw', "Resident's chat: taking a report back"],
  ['status', "Resident's chat: /status; member's card and pages"],
  ['notice', "Resident's chat: news of a ticket"],
  ['refused', 'Chats: why something was not done'],
  ['trouble', "Resident's chat: a fault of ours"],
  ['help', "Resident's chat: /help"],
  ['language', "Resident's chat: after choosing a language"],
  ['member', "Member's chat"],
  ['handBack', "Member's chat: button, why a ticket is handed back"],
  ['duty', "Member's chat: /duty"],
  ['card', "Member's chat: a ticket's card"],
  ['news', "Member's chat: news of a ticket"],
  ['converted', 'Chats and pages: under words that are shown in another script'],
  ['original', 'Chats: words as they were written'],
  ['file', "Member's chat: under a photo or voice note"],
  ['group', 'A group chat: the one line said there'],
  ['bot', "Chat app: the bot's description"],
  ['command', 'Chat app: the list of commands'],
  ['listen', 'Chats: what /listen answers'],
  ['speech', 'Chats: said aloud before the buttons of a message'],
  ['number', 'Chats: before a report is sent by a number'],
  ['chat', 'Our own chat page'],
  ['console', "Staff's pages"],
  ['list', "Staff's pages: a list of tickets"],
  ['talk', "Staff's pages: one ticket"],
  ['act', "Staff's pages: writing to the resident"],
  ['note', "Staff's pages: what the team notes for itself on a ticket"],
  ['checklist', "Administrators' pages: what is still to be done"],
  ['organisation', "Administrators' pages: the organisation"],
  ['column', "Administrators' pages: what a column of the organisation is called"],
  ['cell', "Administrators' pages: what a cell of the organisation may hold"],
  ['import', "Administrators' pages: importing a file"],
  ['digest', 'The weekly digest of a supervisor'],
  ['month', 'The picture of a simulated month'],
  ['poster', "A village's notice board"],
  ['unsafe', 'What /unsafe asks or answers'],
  ['myData', 'The file that /mydata sends'],
  ['breakGlass', "Administrators' and supervisors' pages: a text opened out of turn"],
  ['messages', "Administrators' pages: messages that could not be handled"],
  ['open', 'The page for everybody, /status'],
  ['track', 'The page for who has a code, /t'],
  ['forget', 'Before everything is erased'],
  ['who', 'What /who tells a resident'],
  ['ready', 'What a resident may get from a member as it is'],
  ['account', "Staff's pages: their access"],
  ['demo', 'Every page: above everything, in a demonstration'],
  ['shortcut', "Staff's pages: what the keys do"],
  ['leave', "Staff's pages: their leave"],
  ['failed', "Staff's pages: when something went wrong"],
  ['invite', "Administrators' and leads' pages: invitations"],
  ['keys', "Administrators' pages: keys of programs"],
  ['open311', 'What other programs show (Open311)'],
  ['supervise', "Supervisors' pages"],
  ['export', "Supervisors' pages: headings of the workbook of figures"],
  ['why', "Member's chat and staff's pages: why a ticket was given"],
  ['tongue', 'In the same: how the language of a ticket is called'],
  ['event', "Staff's pages: what happened to a ticket"],
]

/**
 * `jawab language review`: one page with every text beside the Chinese and the English, for who
 * reads them over.
 */
export async function reviewLanguage(): Promise<void> {
  const catalogues = await readCatalogues()
  const columns = [
    'en',
    'zh-Hans',
    ...residentLanguages.filter((language) => language !== 'zh-Hans'),
  ] as const
  const keys = [
    ...new Set(catalogueLanguages.flatMap((language) => Object.keys(catalogues[language]))),
  ]
  const rows = keys.map((key) => ({ key, at: screenOf(key) })).sort((a, b) => a.at - b.at)
  const page = (
    <html lang="en">
      <Head title="Jawab: texts to read over" style={{ text: style }} />
      <body>
        <h1>Jawab: texts to read over</h1>
        <p>
          {rows.length} texts, in the order in which people meet them. What stands in {'{{…}}'} is
          filled in; commands such as /status stay as they are. ug-Latn, ug-Cyrl, kk-Arab, kk-Latn
          and zh-Hant are made from the others: mend ug-Arab, kk-Cyrl or zh-Hans, or say which word
          comes out wrong.
        </p>
        <table>
          <thead>
            <tr>
              <th>Where it is shown</th>
              {columns.map((language) => (
                <th key={language}>
                  {languageName(language)} <small>{language}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, at }) => (
              <tr key={key} id={key}>
                <th scope="row">
                  {screens[at]?.[1]} <small>{key}</small>
                </th>
                {columns.map((language) => (
                  <td key={language} lang={language} dir={isRightToLeft(language) ? 'rtl' : 'ltr'}>
                    {catalogues[language][key] ?? ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </body>
    </html>
  )
  process.stdout.write(`<!doctype html>${renderToString(page)}\n`)
}

/** @throws when no screen is known: a new kind of text must be listed above. */
function screenOf(key: string): number {
  const fitting = screens
    .map(([beginning], index) => ({ beginning, index }))
    .filter(({ beginning }) => key === beginning || key.startsWith(`${beginning}.`))
  const longest = fitting.sort((a, b) => b.beginning.length - a.beginning.length)[0]
  if (longest === undefined)
    throw new Error(`language-review.tsx does not say where "${key}" is shown`)
  return longest.index
}

const style = `
  body { font: 16px/1.5 "Noto Sans", "UKIJ Tuz Tom", "Noto Naskh Arabic", "Noto Sans CJK SC", sans-serif; margin: 1rem; }
  table { border-collapse: collapse; }
  th, td { border: 1px solid #bbb; padding: .4rem .6rem; text-align: start; vertical-align: top; white-space: pre-line; min-width: 14rem; }
  thead th { position: sticky; top: 0; background: #fff; }
  tbody th { min-width: 11rem; font-weight: normal; color: #444; }
  small { display: block; color: #666; font-size: .8em; }
  [dir=rtl] { font-size: 1.15em; }
`
