import type { ComponentChildren, VNode } from 'preact'
import { isRightToLeft } from './bidi.ts'
import { languageName, residentLanguages } from './catalogue.ts'
import { Head } from './head.page.tsx'
import type { Voice } from './render.ts'

type PublicPageProps = {
  readonly voice: Voice
  readonly title: string
  /** Whether everything that is there is made up. */
  readonly isDemo: boolean
  /** What stands in the head beside what every page has. */
  readonly head?: ComponentChildren
  readonly children: ComponentChildren
}

/** A page that anybody may open: it leads to the chat, and is there in each resident's language. */
export function PublicPage({
  voice: { say, language },
  title,
  isDemo,
  head,
  children,
}: PublicPageProps) {
  return (
    <html lang={language} dir={isRightToLeft(language) ? 'rtl' : 'ltr'}>
      <Head title={title} style={{ href: '/console/console.css' }}>
        {head}
      </Head>
      <body>
        <header>
          <a href="/chat" class="brand">
            {say('chat.title')}
          </a>
        </header>
        {isDemo && <p class="banner">{say('demo.resident')}</p>}
        <main>
          <h1>{title}</h1>
          {children}
          <nav class="crumbs" aria-label={say('console.language')}>
            {residentLanguages.map(languageLink)}
          </nav>
        </main>
      </body>
    </html>
  )
}

/** The same page in another language. */
function languageLink(language: (typeof residentLanguages)[number]): VNode {
  return (
    <a
      key={language}
      href={`?language=${language}`}
      lang={language}
      dir={isRightToLeft(language) ? 'rtl' : 'ltr'}
    >
      {languageName(language)}
    </a>
  )
}
