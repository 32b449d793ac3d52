/* Keys for who has a keyboard: j and k go through a list, Enter opens, a accepts, r begins to resolve, ? says so. Without a script everything is there to press. */
const help = document.getElementById('shortcuts')

const doing = {
  j: () => step(1),
  k: () => step(-1),
  a: () => document.querySelector('form[action$="/accept"] button')?.click(),
  r: () => {
    const form = document.querySelector('details.resolve')
    if (form === null) return
    form.open = true
    form.querySelector('textarea')?.focus()
  },
  '?': () => (help?.open ? help.close() : help?.showModal()),
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) return
  const work = Object.hasOwn(doing, event.key) ? doing[event.key] : undefined
  if (work === undefined) return
  event.preventDefault()
  work()
})

function step(by) {
  const rows = [...document.querySelectorAll('a.ticket')]
  const at = rows.indexOf(document.activeElement)
  rows[at === -1 ? (by > 0 ? 0 : rows.length - 1) : at + by]?.focus()
}
