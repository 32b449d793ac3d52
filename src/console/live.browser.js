/* Reads the page again when something of it has changed. Without a script the page is as complete, as of when it was opened. */
const live = document.getElementById('live')

if (live !== null) {
  const state = { reading: false, again: false }
  new EventSource('/console/live').addEventListener('message', () => {
    state.again = true
    if (!state.reading) read()
  })

  function read() {
    state.reading = true
    state.again = false
    fetch(location.href)
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : undefined))
      .then((text) => {
        const fresh =
          text === undefined
            ? null
            : new DOMParser().parseFromString(text, 'text/html').getElementById('live')
        // Anyone who is on a link in the list keeps their place.
        const at = document.activeElement?.getAttribute('href')
        if (fresh === null || fresh.innerHTML === live.innerHTML) return
        live.replaceChildren(...fresh.childNodes)
        if (at !== null && at !== undefined)
          live.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus()
      })
      .catch(() => {
        // The line is down: the browser opens it again by itself, and the next word reads the page.
      })
      .finally(() => {
        state.reading = false
        if (state.again) read()
      })
  }
}
