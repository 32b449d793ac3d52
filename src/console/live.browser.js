/*
 * Keeps parts of a page (`data-live`) as they are now. What changed is read from the page itself, or
 * from the page that `data-from` names. Without a script the page is as complete, as of when it was
 * opened.
 */
const wide = matchMedia('(min-width: 1280px)')

/** The parts that are kept up to date: a list beside a ticket only where there is room for it. */
function parts() {
  return [...document.querySelectorAll('[data-live]')].filter(
    (part) => part.dataset.from === undefined || wide.matches,
  )
}

/** Whether somebody is about to write in a part: it stays as it is. */
function isInUse(part) {
  return (
    part.querySelector('form :focus') !== null ||
    [...part.querySelectorAll('textarea')].some((field) => field.value !== field.defaultValue)
  )
}

/** Puts in what is new, and leaves what is unchanged: photos are not read again. */
function renew(part, fresh) {
  const old = [...part.children]
  const next = [...fresh.children]
  const differs = old.findIndex((each, at) => each.outerHTML !== next[at]?.outerHTML)
  const same = differs === -1 ? old.length : differs
  if (same === old.length && same === next.length) return
  // Anyone who is on a link keeps their place.
  const at = part.contains(document.activeElement)
    ? document.activeElement?.getAttribute('href')
    : undefined
  for (const each of old.slice(same)) each.remove()
  part.append(...next.slice(same))
  if (at) part.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus()
}

async function readPage(address) {
  const answer = await fetch(address)
  if (!answer.ok || answer.redirected) return undefined
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

/**
 * Whether a ticket is as it was when this page was read. To ask tells nothing of its words, so it
 * is no reading.
 */
async function isUnchanged() {
  const shown = document.querySelector('[data-version]')
  if (shown === null) return false
  const answer = await fetch(shown.dataset.versionAt)
  return answer.ok && (await answer.text()) === shown.dataset.version
}

async function read() {
  const addresses = new Set(parts().map((part) => part.dataset.from ?? location.href))
  for (const address of addresses) {
    if (address === location.href && (await isUnchanged())) continue
    const page = await readPage(address)
    if (page === undefined) continue
    for (const part of parts()) {
      if ((part.dataset.from ?? location.href) !== address || isInUse(part)) continue
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`)
      if (fresh === null) continue
      renew(part, fresh)
      if (part.dataset.from !== undefined) markOpen(part)
    }
    const shown = document.querySelector('[data-version]')
    const now = page.querySelector('[data-version]')
    if (address === location.href && shown !== null && now !== null)
      shown.dataset.version = now.dataset.version
  }
}

/** Marks the ticket that is open in the list beside it. */
function markOpen(part) {
  for (const link of part.querySelectorAll('a.ticket'))
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page')
}

if (document.querySelector('[data-live]') !== null) {
  const state = { reading: false, again: false }
  const hear = () => {
    state.again = true
    if (state.reading) return
    state.reading = true
    state.again = false
    read()
      .catch(() => {
        // The line is down: the browser opens it again by itself, and the next word reads the page.
      })
      .finally(() => {
        state.reading = false
        if (state.again) hear()
      })
  }
  new EventSource('/console/live').addEventListener('message', hear)
  if (parts().some((part) => part.dataset.from !== undefined)) hear()
}
