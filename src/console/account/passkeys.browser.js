/* Passkeys: asks the device and hands its answer on. The words are on the page; without a script, the link still signs in. */
const { startRegistration, startAuthentication, browserSupportsWebAuthn } =
  globalThis.SimpleWebAuthnBrowser

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!browserSupportsWebAuthn()) continue
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    const trouble = form.querySelector('[role=alert]')
    button.disabled = true
    trouble.hidden = true
    use(form).catch(() => {
      trouble.hidden = false
      button.disabled = false
    })
  })
}

async function use(form) {
  const optionsJSON = await ask(form, `${form.action}/options`, {})
  const response =
    form.dataset.passkey === 'new'
      ? await startRegistration({ optionsJSON })
      : await startAuthentication({ optionsJSON })
  const { to } = await ask(form, form.action, { response })
  location.assign(to)
}

async function ask(form, address, body) {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, _csrf: form.elements._csrf.value }),
  })
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.json()
}
