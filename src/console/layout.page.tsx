import { type ComponentChildren, Fragment, type VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { isRightToLeft } from '../language/bidi.ts'
import { languageName, residentLanguages } from '../language/catalogue.ts'
import { Head } from '../language/head.page.tsx'
import type { Voice } from '../language/render.ts'
import { may } from '../organisation/role.ts'
import type { Staff } from '../organisation/staff.ts'

/** What every page needs: who looks, in which words, and the token that its forms carry. */
export type PageContext = {
  readonly staff: Staff | undefined
  readonly voice: Voice
  readonly csrf: string
  /** Whether everything that is shown is made up. */
  readonly isDemo: boolean
  /** The path of the page, so that the navigation says where one is. */
  readonly path: string
}

/**
 * A whole page. Preact escapes every text. Scripts only add: what is marked `data-live` follows
 * its tickets, and passkeys.
 */
export function renderPage(
  context: PageContext,
  title: string,
  content: ComponentChildren,
): string {
  const { staff, voice, csrf, isDemo } = context
  const { say, language } = voice
  const page = (
    <html lang={language} dir={isRightToLeft(language) ? 'rtl' : 'ltr'}>
      <Head title={title} style={{ href: '/console/console.css' }}>
        {staff !== undefined && (
          <>
            <script src="/console/live.js" type="module" />
            <script src="/console/shortcuts.js" type="module" />
          </>
        )}
      </Head>
      <body>
        <a href="#content" class="skip">
          {say('console.skip')}
        </a>
        <header>
          <a href="/console" class="brand">
            {say('chat.title')}
          </a>
          <Navigation context={context} />
          <form method="post" action="/console/language" class="language">
            <Csrf token={csrf} />
            <label>
              <span class="quiet">{say('console.language')}</span>
              <select name="language">
                {[...residentLanguages, 'en' as const].map((each) => (
                  <option key={each} value={each} lang={each} selected={each === language}>
                    {languageName(each)}
                  </option>
                ))}
              </select>
            </label>
            <button type="submit" class="quiet">
              ✓
            </button>
          </form>
          {staff !== undefined && (
            <form method="post" action="/console/logout">
              <Csrf token={csrf} />
              <a class="who" href="/console/account">
                {staff.name}
              </a>{' '}
              <button type="submit">{say('console.signOut')}</button>
            </form>
          )}
        </header>
        {isDemo && (
          <p class="banner">
            {say('demo.banner')} <bdi dir="ltr">jawab demo clear</bdi>
          </p>
        )}
        <main id="content">{content}</main>
        {staff !== undefined && <Shortcuts voice={voice} />}
      </body>
    </html>
  )
  return `<!doctype html>${renderToString(page)}`
}

/** The pages that somebody may open; the one that is open is marked. */
function Navigation({ context: { staff, voice, path } }: { context: PageContext }): VNode | null {
  const { say } = voice
  if (staff === undefined) return null
  const pages = [
    ...(may(staff, 'administer')
      ? ([
          ['/console/admin', say('checklist.title')],
          ['/console/admin/organisation', say('organisation.title')],
          ['/console/invitations', say('invite.title')],
          ['/console/admin/keys', say('keys.title')],
          ['/console/admin/break-glass', say('breakGlass.title')],
          ['/console/admin/messages', say('messages.title')],
        ] as const)
      : []),
    ['/console/tickets', say('console.mine')],
    ...(may(staff, 'leadTeam') ? [['/console/invitations', say('invite.title')] as const] : []),
    ...(may(staff, 'seeFigures')
      ? [['/console/supervision', say('supervise.title')] as const]
      : []),
  ] as const
  const open = pages
    .map(([address]) => address)
    .filter((address) => path === address || path.startsWith(`${address}/`))
    .sort((a, b) => b.length - a.length)[0]
  return (
    <nav aria-label={say('console.pages')}>
      {pages.map(([address, name]) => (
        <a key={address} href={address} aria-current={address === open ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  )
}

/** What the keys do; shown when `?` is pressed. */
function Shortcuts({ voice: { say } }: { readonly voice: Voice }): VNode {
  const keys = [
    ['j', say('shortcut.next')],
    ['k', say('shortcut.before')],
    ['Enter', say('shortcut.open')],
    ['a', say('button.accept')],
    ['r', say('button.resolve')],
    ['?', say('shortcut.help')],
  ] as const
  return (
    <dialog id="shortcuts">
      <dl class="facts">
        {keys.map(([key, does]) => (
          <Fragment key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">{say('shortcut.close')}</button>
      </form>
    </dialog>
  )
}

/** The hidden field that protects a form from other sites. */
export function Csrf({ token }: { readonly token: string }): VNode {
  return <input type="hidden" name="_csrf" value={token} />
}

/** A code, which reads from left to right in every language. */
export function Code({ children }: { readonly children: string }): VNode {
  return (
    <bdi class="code" dir="ltr">
      {children}
    </bdi>
  )
}

/** A moment in the reader's words; a dash where there was none. */
export function Moment({ voice, at }: { readonly voice: Voice; readonly at: Date | null }): VNode {
  return at === null ? <span>–</span> : <bdi>{voice.moment(at.getTime())}</bdi>
}

/** What may be wider than the screen: it is moved sideways, also by the keyboard. */
export function Wide({ children }: { readonly children: ComponentChildren }): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe-core)
    <div class="sheet wide" tabIndex={0}>
      {children}
    </div>
  )
}

/**
 * A table: what stands over the names of the rows, then over the rest. An empty head is over
 * something to press.
 */
export function Table({
  heads,
  corner = '',
  children,
}: {
  heads: readonly string[]
  corner?: string
  children: ComponentChildren
}): VNode {
  return (
    <table>
      <thead>
        <tr>
          {[corner, ...heads].map((head) =>
            head === '' ? (
              <td key={head} />
            ) : (
              <th key={head} scope="col">
                {head}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}
