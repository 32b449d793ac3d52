// The residents' chat page. Written for old phones: no build, no framework, nothing from elsewhere.
// Nothing is kept on the phone but the session's cookie: what was written is held only until it is sent.
;(() => {
  const words = JSON.parse(document.getElementById('words').textContent)
  const byId = (id) => document.getElementById(id)
  const lines = byId('lines')
  const text = byId('text')
  const state = { words: words[0], last: '0', stream: null, queue: [], sending: false, recorder: null }

  function useLanguage(language) {
    const found = words.find((each) => each.language === language)
    if (!found) return
    state.words = found
    document.documentElement.lang = found.language
    document.documentElement.dir = found.direction
    byId('title').textContent = found.title
    text.placeholder = found.placeholder
    text.setAttribute('aria-label', found.placeholder)
    byId('send').textContent = found.send
    byId('photo').setAttribute('aria-label', found.photo)
    byId('location').setAttribute('aria-label', found.location)
    byId('voice-file').setAttribute('aria-label', found.voice)
    byId('voice').setAttribute('aria-label', found.voice)
  }

  function directionOf(language) {
    const found = words.find((each) => each.language === language)
    return found ? found.direction : 'auto'
  }

  function addLine(content, mine, language) {
    removeLanguages()
    const line = document.createElement('div')
    line.className = mine ? 'line mine' : 'line'
    line.dir = mine ? 'auto' : directionOf(language)
    if (!mine) line.lang = language
    if (typeof content === 'string') line.append(...withWholeCodes(content))
    else line.appendChild(content)
    lines.appendChild(line)
    lines.scrollTop = lines.scrollHeight
    return line
  }

  /** A ticket's code is never parted at the end of a line. */
  function withWholeCodes(text) {
    return text.split(/(JW-[0-9A-Z]{10})/).map((part, index) => {
      if (index % 2 === 0) return part
      const code = document.createElement('span')
      code.className = 'code'
      code.textContent = part
      return code
    })
  }

  function showService(line) {
    state.last = line.id
    useLanguage(line.language)
    for (const old of lines.querySelectorAll('.choices')) old.remove()
    const shown = addLine(line.text, false, line.language)
    for (const { label, href } of line.links || []) {
      const link = document.createElement('a')
      link.textContent = label
      link.href = href
      link.download = ''
      shown.append(document.createElement('br'), link)
    }
    lines.scrollTop = lines.scrollHeight
    if (line.buttons.length === 0) return
    const choices = document.createElement('div')
    choices.className = 'choices'
    choices.dir = directionOf(line.language)
    choices.lang = line.language
    for (const row of line.buttons) {
      const rowElement = document.createElement('div')
      for (const { label, data } of row) rowElement.appendChild(choice(label, data))
      choices.appendChild(rowElement)
    }
    lines.appendChild(choices)
    lines.scrollTop = lines.scrollHeight
  }

  function choice(label, data) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = label
    button.dataset.data = data
    button.addEventListener('click', () => {
      for (const old of lines.querySelectorAll('.choices')) old.remove()
      enqueue({
        line: addLine(label, true),
        url: '/channels/webchat/messages',
        body: JSON.stringify({ id: newId(), kind: 'pressed', data }),
        type: 'application/json',
      })
    })
    return button
  }

  function offerLanguages() {
    const box = document.createElement('div')
    box.className = 'languages'
    for (const each of words) {
      const button = document.createElement('button')
      button.type = 'button'
      button.lang = each.language
      button.dir = each.direction
      button.dataset.data = `language:${each.language}`
      const name = document.createElement('b')
      name.textContent = each.ownName
      button.append(name, each.welcome)
      button.addEventListener('click', () => {
        useLanguage(each.language)
        enqueue({
          line: addLine(each.ownName, true),
          url: '/channels/webchat/messages',
          body: JSON.stringify({ id: newId(), kind: 'pressed', data: `language:${each.language}` }),
          type: 'application/json',
        })
      })
      box.appendChild(button)
    }
    lines.appendChild(box)
  }

  function removeLanguages() {
    const box = lines.querySelector('.languages')
    if (box) box.remove()
  }

  // One after another and in order; what fails for want of a network is tried again with the same id, so it counts once.
  function enqueue(item) {
    if (item.line) item.line.classList.add('waiting')
    state.queue.push(item)
    void sendNext()
  }

  async function sendNext() {
    if (state.sending || state.queue.length === 0) return
    state.sending = true
    const item = state.queue[0]
    try {
      const response = await fetch(item.url, { method: 'POST', headers: { 'content-type': item.type }, body: item.body, credentials: 'same-origin' })
      if (response.status >= 500 || response.status === 429) throw new Error('later')
      state.queue.shift()
      if (item.line) item.line.classList.remove('waiting')
      notice(response.ok ? '' : state.words.refused)
      openStream()
      state.sending = false
      void sendNext()
    } catch (_) {
      notice(state.words.offline)
      setTimeout(() => {
        state.sending = false
        void sendNext()
      }, 3000)
    }
  }

  function notice(message) {
    byId('notice').textContent = message
    byId('notice').hidden = message === ''
  }

  function openStream() {
    if (state.stream && state.stream.readyState !== 2) return
    state.stream = new EventSource(`/channels/webchat/events?after=${state.last}`)
    state.stream.onmessage = (event) => showService(JSON.parse(event.data))
  }

  function newId() {
    if (crypto.randomUUID) return crypto.randomUUID()
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    bytes[6] = (bytes[6] & 15) | 64
    bytes[8] = (bytes[8] & 63) | 128
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  function sendText() {
    const written = text.value.trim()
    if (written === '') return
    text.value = ''
    grow()
    enqueue({
      line: addLine(written, true),
      url: '/channels/webchat/messages',
      body: JSON.stringify({ id: newId(), kind: 'said', text: written }),
      type: 'application/json',
    })
  }

  function sendFile(kind, file) {
    const shown = document.createElement(kind === 'photo' ? 'img' : 'audio')
    shown.src = URL.createObjectURL(file)
    if (kind === 'photo') shown.alt = state.words.photo
    else shown.controls = true
    enqueue({
      line: addLine(shown, true),
      url: `/channels/webchat/files?id=${newId()}&kind=${kind}`,
      body: file,
      type: file.type || 'application/octet-stream',
    })
  }

  function grow() {
    text.style.height = 'auto'
    text.style.height = `${text.scrollHeight + 2}px`
  }

  async function toggleRecording() {
    if (state.recorder) return state.recorder.stop()
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      const parts = []
      const recorder = new MediaRecorder(stream)
      state.recorder = recorder
      byId('voice').classList.add('recording')
      byId('voice').setAttribute('aria-label', state.words.stop)
      recorder.ondataavailable = (event) => parts.push(event.data)
      recorder.onstop = () => {
        state.recorder = null
        byId('voice').classList.remove('recording')
        byId('voice').setAttribute('aria-label', state.words.voice)
        for (const track of stream.getTracks()) track.stop()
        sendFile('voice', new Blob(parts, { type: (recorder.mimeType || 'audio/webm').split(';')[0] }))
      }
      recorder.start()
    } catch (_) {
      byId('voice').hidden = true
      byId('voice-file-label').hidden = false
    }
  }

  byId('form').addEventListener('submit', (event) => {
    event.preventDefault()
    sendText()
  })
  text.addEventListener('input', grow)
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      sendText()
    }
  })
  for (const [id, kind] of [
    ['photo', 'photo'],
    ['voice-file', 'voice'],
  ])
    byId(id).addEventListener('change', (event) => {
      for (const file of event.target.files) sendFile(kind, file)
      event.target.value = ''
    })
  byId('location').hidden = !navigator.geolocation || !window.isSecureContext
  byId('location').addEventListener('click', () =>
    navigator.geolocation.getCurrentPosition(
      // Coarsened here already: what is finer than 100 m never leaves the phone.
      ({ coords: { latitude, longitude } }) => {
        const coarse = { latitude: Number(latitude.toFixed(3)), longitude: Number(longitude.toFixed(3)) }
        enqueue({
          line: addLine(`📍 ${coarse.latitude}, ${coarse.longitude}`, true),
          url: '/channels/webchat/messages',
          body: JSON.stringify({ id: newId(), kind: 'located', ...coarse }),
          type: 'application/json',
        })
      },
      () => notice(state.words.refused),
      { maximumAge: 600000, timeout: 20000 },
    ),
  )
  byId('voice').addEventListener('click', () => void toggleRecording())
  const records = Boolean(navigator.mediaDevices && window.MediaRecorder)
  byId('voice').hidden = !records
  byId('voice-file-label').hidden = records

  async function begin() {
    useLanguage(state.words.language)
    const response = await fetch('/channels/webchat/transcript', { credentials: 'same-origin' })
    const { lines: past } = await response.json()
    for (const line of past) {
      if (line.by === 'service') showService(line)
      else addLine(line.files > 0 ? `📎 ${line.text}` : line.text, true)
    }
    if (past.length > 0) openStream()
    else offerLanguages()
    const start = new URLSearchParams(location.search).get('start')
    if (start) {
      history.replaceState(null, '', location.pathname)
      if (/^[\w-]{1,64}$/.test(start))
        enqueue({ url: '/channels/webchat/messages', body: JSON.stringify({ id: newId(), kind: 'said', text: `/start ${start}` }), type: 'application/json' })
    }
  }
  begin().catch(() => {
    notice(state.words.offline)
    setTimeout(() => location.reload(), 5000)
  })
})()
