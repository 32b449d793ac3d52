/** The words of the page itself, in one language. */
export type PageWords = {
  readonly language: string
  readonly direction: 'rtl' | 'ltr'
  readonly ownName: string
  readonly title: string
  readonly welcome: string
  /** That nobody reads what is written here; empty where somebody does. */
  readonly demo: string
  readonly placeholder: string
  readonly send: string
  readonly photo: string
  readonly location: string
  readonly voice: string
  readonly stop: string
  /** Empty where messages can't be said aloud. */
  readonly listen: string
  readonly offline: string
  readonly menu: string
  /** What can be asked for at any time. */
  readonly commands: readonly { readonly command: string; readonly description: string }[]
  readonly wait: string
  readonly notSent: string
  readonly tryAgain: string
  readonly tooLong: string
  readonly ended: string
  readonly noPlace: string
  readonly whyTooLarge: string
  readonly whyRefused: string
  readonly whyBusy: string
  readonly sharedPhone: string
  readonly yourCode: string
  readonly haveCode: string
  readonly typeCode: string
  readonly wrongCode: string
  /** Has `{{time}}` where the time goes. */
  readonly whyLater: string
}

/**
 * The residents' chat: one small page, the same for everybody, so that it can be looked at without
 * a trace.
 *
 * @param version - Of the script and the style, which browsers keep as long as it is the same.
 */
export function chatPage(words: readonly PageWords[], version: string): string {
  const [first] = words
  // The one place where data goes into a script element: `<` can't end it.
  const data = JSON.stringify(words).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="${first?.language ?? 'ug-Arab'}" dir="${first?.direction ?? 'rtl'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${words.map(({ title }) => title).join(' · ')}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/channels/webchat/chat.css?v=${version}">
</head>
<body>
<header><h1 id="title">${first?.title ?? ''}</h1><details id="menu"><summary><span aria-hidden="true">☰</span></summary><div id="menu-list"></div></details></header>
${
  first?.demo
    ? `<p id="demo">${first.demo}</p>
`
    : ''
}<main id="lines" aria-live="polite"></main>
<p id="notice" role="status" hidden></p>
<form id="form" autocomplete="off">
<label class="icon" id="photo-label"><input id="photo" type="file" accept="image/*" multiple><span aria-hidden="true">📷</span></label>
<label class="icon" id="voice-file-label" hidden><input id="voice-file" type="file" accept="audio/*" capture><span aria-hidden="true">🎤</span></label>
<button class="icon" id="voice" type="button" hidden><span aria-hidden="true">🎤</span></button>
<button class="icon" id="location" type="button" hidden><span aria-hidden="true">📍</span></button>
<textarea id="text" rows="1" dir="auto" autocomplete="off"></textarea>
<button id="send" type="submit"></button>
</form>
<script type="application/json" id="words">${data}</script>
<script src="/channels/webchat/chat.js?v=${version}"></script>
</body>
</html>`
}
