// The residents' chat page. Written for old phones: no build, no framework, nothing from elsewhere.
// Nothing is kept on the phone but the session's cookie: what was written is held in this page only
// until it is sent.
;(() => {
  const words = JSON.parse(document.getElementById('words').textContent)
  const byId = (id) => document.getElementById(id)
  const lines = byId('lines')
  const text = byId('text')
  const state = {
    words: words[0],
    last: '',
    seen: new Set(),
    stream: null,
    streamWait: 0,
    queue: [],
    sending: false,
    recorder: null,
    said: null,
    composedAt: 0,
    hasTalk: false,
  }

  /** The most characters of one message. */
  const mostCharacters = 4000
  /** A picture's longest edge, in points: the service shows no more. */
  const longestEdge = 2048
  const firstWaitMs = 1000
  const longestWaitMs = 60000

  function useLanguage(language) {
    const found = words.find((each) => each.language === language)
    if (!found) return
    state.words = found
    document.documentElement.lang = found.language
    document.documentElement.dir = found.direction
    byId('title').textContent = found.title
    if (byId('demo')) byId('demo').textContent = found.demo
    text.placeholder = found.placeholder
    text.setAttribute('aria-label', found.placeholder)
    byId('send').textContent = found.send
    byId('menu').setAttribute('aria-label', found.menu)
    byId('photo').setAttribute('aria-label', found.photo)
    byId('location').setAttribute('aria-label', found.location)
    byId('voice-file').setAttribute('aria-label', found.voice)
    byId('voice').setAttribute('aria-label', found.voice)
    turnText()
    fillMenu()
    for (const mark of lines.querySelectorAll('.mark'))
      if (!mark.dataset.reason) mark.textContent = found.wait
  }

  function directionOf(language) {
    const found = words.find((each) => each.language === language)
    return found ? found.direction : 'auto'
  }

  // An empty box has its language's direction, for the placeholder and the caret; a written one its
  // words'.
  function turnText() {
    text.dir = text.value === '' ? state.words.direction : 'auto'
  }

  function addLine(content, mine, language) {
    removeLanguages()
    state.hasTalk = true
    const line = document.createElement('div')
    line.className = mine ? 'line mine' : 'line'
    line.dir = mine ? 'auto' : directionOf(language)
    if (!mine) line.lang = language
    if (typeof content === 'string') line.append(...withTaps(content, mine))
    else line.appendChild(content)
    lines.appendChild(line)
    scrollDown()
    return line
  }

  function scrollDown() {
    lines.scrollTop = lines.scrollHeight
  }

  /** A ticket's code is never parted at the end of a line; commands and links can be tapped. */
  function withTaps(written, mine) {
    if (mine) return [written]
    return written
      .split(/(JW-[0-9A-Z]{10}|\/[a-z]{3,}(?: (?:on|off)\b)?|https?:\/\/[^\s\u2069]+)/)
      .map((part, index) => {
        if (index % 2 === 0) return part
        if (part.startsWith('http')) return link(part, part)
        if (part.startsWith('/')) return command(part)
        const code = document.createElement('span')
        code.className = 'code'
        code.textContent = part
        return code
      })
  }

  function link(label, href) {
    const made = document.createElement('a')
    made.textContent = label
    made.href = href
    made.rel = 'noopener noreferrer'
    made.target = '_blank'
    made.dir = 'ltr'
    return made
  }

  function command(written) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'tap'
    button.dir = 'ltr'
    button.textContent = written
    button.addEventListener('click', () => say(written))
    return button
  }

  function showService(line) {
    state.last = line.id
    state.seen.add(line.id)
    useLanguage(line.language)
    if (line.clears) {
      clearTalk()
      endSession()
    }
    for (const id of line.retires || []) removeChoices(id)
    const old = line.replaces && lines.querySelector(`[data-id="${line.replaces}"]`)
    removeMenus()
    const shown = document.createElement('div')
    shown.className = 'turn'
    shown.dataset.id = line.id
    const said = addLine(line.text, false, line.language)
    for (const { label, href } of line.links || []) {
      const made = link(label, href)
      made.removeAttribute('target')
      made.download = ''
      said.append(document.createElement('br'), made)
    }
    for (const file of line.files || []) said.append(fileOf(file))
    if (state.words.listen && line.text) said.append(' ', earOf(line.id))
    shown.appendChild(said)
    if (line.buttons.length > 0) shown.appendChild(choicesOf(line))
    if (old) old.replaceWith(shown)
    else lines.appendChild(shown)
    scrollDown()
    // The last word of an erasure goes too.
    if (line.clears)
      setTimeout(() => {
        if (shown.isConnected) shown.remove()
        if (lines.children.length === 0) offerLanguages()
      }, 60000)
  }

  /** Says a message aloud, with its choices and their numbers; pressed again, it stops. */
  function earOf(id) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'ear'
    button.textContent = '🔊'
    button.setAttribute('aria-label', state.words.listen)
    button.addEventListener('click', () => {
      const was = state.said
      if (was) {
        was.sound.pause()
        was.button.classList.remove('speaking')
        state.said = null
        if (was.button === button) return
      }
      const sound = new Audio()
      const form = sound.canPlayType('audio/ogg; codecs=opus') ? 'ogg' : 'wav'
      state.said = { sound, button }
      const ended = () => {
        button.classList.remove('speaking')
        if (state.said && state.said.button === button) state.said = null
      }
      sound.addEventListener('ended', ended)
      sound.addEventListener('error', () => {
        ended()
        notice(state.words.whyBusy)
      })
      sound.src = `/channels/webchat/speech/${id}?as=${form}`
      button.classList.add('speaking')
      const begun = sound.play()
      // Old browsers give nothing back.
      if (begun !== undefined) begun.catch(() => {})
    })
    return button
  }

  function fileOf({ id, kind }) {
    const shown = document.createElement(kind === 'photo' ? 'img' : 'audio')
    shown.src = `/channels/webchat/shown/${id}`
    if (kind === 'photo') {
      shown.alt = state.words.photo
      shown.loading = 'lazy'
      shown.addEventListener('load', scrollDown, { once: true })
    } else {
      shown.controls = true
      shown.preload = 'none'
    }
    return shown
  }

  function choicesOf(line) {
    const choices = document.createElement('div')
    choices.className = 'choices'
    choices.dir = directionOf(line.language)
    choices.lang = line.language
    for (const row of line.buttons) {
      const rowElement = document.createElement('div')
      for (const each of row) rowElement.appendChild(choice(each, line.id))
      choices.appendChild(rowElement)
    }
    return choices
  }

  /** Buttons that open something and can be pressed again. */
  const lasting =
    /^(?:command|withdraw|addTo|status|danger|unsafe|accept|ask|tell|resolve|handBack|why):?/

  function choice({ label, data, tone }, id) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = label
    button.dataset.data = data
    if (tone) button.className = tone
    button.addEventListener('click', () => {
      if (!lasting.test(data)) removeChoices(id)
      enqueueWords(addLine(label, true), { kind: 'pressed', data, on: id })
    })
    return button
  }

  function removeChoices(id) {
    const choices = lines.querySelector(`[data-id="${id}"] .choices`)
    if (choices) choices.remove()
  }

  /**
   * Choices that are in the menu too stand under the newest line only; those that name a ticket
   * stay until they are used.
   */
  function removeMenus() {
    for (const choices of lines.querySelectorAll('.choices'))
      if (
        [...choices.querySelectorAll('button')].every(({ dataset }) =>
          dataset.data.startsWith('command:'),
        )
      )
        choices.remove()
  }

  /** The talk is no more: neither is its cookie. What is written next begins a new one. */
  function endSession() {
    state.hasSession = false
    fetch('/channels/webchat/session/end', { method: 'POST', credentials: 'same-origin' }).catch(
      () => {},
    )
  }

  function clearTalk() {
    lines.textContent = ''
    state.queue = state.queue.filter((item) => item === state.queue[0] && state.sending)
  }

  function offerLanguages() {
    if (lines.querySelector('.languages')) return
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
        enqueueWords(addLine(each.ownName, true), {
          kind: 'pressed',
          data: `language:${each.language}`,
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

  function fillMenu() {
    const list = byId('menu-list')
    list.textContent = ''
    for (const { command: name, description } of state.words.commands) {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = description
      button.dataset.data = `command:${name}`
      button.addEventListener('click', () => {
        byId('menu').open = false
        enqueueWords(addLine(description, true), { kind: 'pressed', data: `command:${name}` })
      })
      list.appendChild(button)
    }
    for (const [label, act] of [
      [state.words.sharedPhone, askForCode],
      [state.words.haveCode, comeWithCode],
    ]) {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = label
      button.addEventListener('click', () => {
        byId('menu').open = false
        void act()
      })
      list.appendChild(button)
    }
  }

  /**
   * On a phone that others use too: this browser forgets the talk when it is closed, and a code
   * leads back to it.
   */
  async function askForCode() {
    try {
      const response = await fetch('/channels/webchat/return-code', {
        method: 'POST',
        credentials: 'same-origin',
      })
      if (!response.ok)
        return notice(response.status === 404 ? state.words.ended : state.words.whyBusy)
      const { code } = await response.json()
      addLine(state.words.yourCode.replace('{{code}}', code), false, state.words.language)
    } catch (_) {
      notice(state.words.offline)
    }
  }

  async function comeWithCode() {
    const code = prompt(state.words.typeCode)
    if (!code) return
    try {
      const body = JSON.stringify({ code: code.slice(0, 60) })
      const response = await fetch('/channels/webchat/return', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        credentials: 'same-origin',
      })
      if (!response.ok)
        return notice(response.status === 404 ? state.words.wrongCode : state.words.whyBusy)
      location.reload()
    } catch (_) {
      notice(state.words.offline)
    }
  }

  function enqueueWords(line, message) {
    enqueue({
      line,
      url: '/channels/webchat/messages',
      body: JSON.stringify({ id: newId(), ...message }),
      type: 'application/json',
    })
  }

  // One after another and in order; what fails for want of a network is tried again with the same
  // id, so it counts once. What the service did not take stands there with the reason, and is sent
  // again when it is pressed.
  function enqueue(item) {
    state.queue.push(item)
    mark(item, state.words.wait)
    void sendNext()
  }

  /**
   * Says under a line how it is with its sending; nothing when it is sent. `retry` sends it again.
   */
  function mark({ line }, message, retry) {
    if (!line) return
    line.classList.toggle('waiting', message !== '' && !retry)
    line.classList.toggle('failed', Boolean(retry))
    let shown = line.nextElementSibling
    if (!isMark(shown)) {
      if (message === '') return
      shown = document.createElement('div')
      shown.className = 'mark'
      shown.hidden = true
      line.after(shown)
    }
    if (message === '') return shown.remove()
    shown.textContent = message
    shown.dir = state.words.direction
    if (!retry) {
      // Only what waits for longer than a moment says so.
      setTimeout(() => {
        shown.hidden = false
      }, 1500)
      return
    }
    shown.dataset.reason = 'yes'
    shown.hidden = false
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'retry'
    button.textContent = state.words.tryAgain
    button.addEventListener('click', retry)
    shown.append(' ', button)
  }

  function isMark(element) {
    return element ? element.classList.contains('mark') : false
  }

  let failures = 0

  async function sendNext() {
    if (state.sending || state.queue.length === 0) return
    state.sending = true
    const item = state.queue[0]
    let waitMs = 0
    try {
      const response = await post(item)
      const asked = Number(response.headers.get('retry-after')) * 1000 || 0
      if (response.status === 429 && asked > longestWaitMs) {
        // What must wait for long holds up nothing else: it stands there with the time from which
        // it can be sent.
        state.queue.shift()
        fail(item, state.words.whyLater.replace('{{time}}', timeAfter(asked)))
        notice('')
      } else if (response.status >= 500 || response.status === 429) {
        waitMs = Math.min(longestWaitMs, Math.max(waitOf(failures), asked))
        failures += 1
        notice(state.words.whyBusy)
      } else {
        failures = 0
        state.queue.shift()
        const problem = response.ok
          ? ''
          : response.status === 413
            ? state.words.whyTooLarge
            : state.words.whyRefused
        if (problem === '') mark(item, '')
        else fail(item, problem)
        notice('')
        openStream()
      }
    } catch (_) {
      waitMs = waitOf(failures)
      failures += 1
      notice(state.words.offline)
    }
    setTimeout(() => {
      state.sending = false
      void sendNext()
    }, waitMs)
  }

  /**
   * The session first: whatever becomes of a message's answer, its next try is in the same talk.
   */
  async function post(item) {
    if (!state.hasSession) {
      const began = await fetch('/channels/webchat/session', {
        method: 'POST',
        credentials: 'same-origin',
      })
      if (!began.ok) return began
      state.hasSession = true
    }
    const body = item.prepare ? await item.prepare() : item.body
    return fetch(item.url, {
      method: 'POST',
      headers: { 'content-type': item.type },
      body,
      credentials: 'same-origin',
    })
  }

  function fail(item, reason) {
    mark(item, `${state.words.notSent}: ${reason}.`, () => {
      const shown = item.line.nextElementSibling
      if (isMark(shown)) shown.remove()
      item.line.classList.remove('failed')
      enqueue(item)
    })
  }

  function timeAfter(ms) {
    return new Date(Date.now() + ms).toLocaleString(undefined, {
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    })
  }

  function waitOf(times) {
    return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(times, 10))
  }

  window.addEventListener('online', () => {
    failures = 0
    state.sending = false
    void sendNext()
    state.streamWait = 0
    openStream()
  })

  function notice(message) {
    byId('notice').textContent = message
    byId('notice').hidden = message === ''
  }

  /**
   * Opens the stream of answers. Whatever ends it, it comes back after a while, and catches up on
   * what was missed.
   */
  function openStream() {
    if (state.stream && state.stream.readyState !== 2) return
    const stream = new EventSource(`/channels/webchat/events?after=${state.last}`)
    state.stream = stream
    stream.onopen = () => {
      state.streamWait = 0
    }
    stream.onmessage = (event) => {
      const line = JSON.parse(event.data)
      if (!state.seen.has(line.id)) showService(line)
    }
    stream.onerror = () => {
      // What the browser has not given up it opens again by itself.
      if (stream.readyState !== 2 || state.stream !== stream) return
      state.streamWait += 1
      setTimeout(() => void comeBack(), waitOf(state.streamWait - 1))
    }
  }

  async function comeBack() {
    if (state.stream && state.stream.readyState !== 2) return
    try {
      const response = await fetch('/channels/webchat/transcript', { credentials: 'same-origin' })
      if (!response.ok) throw new Error('later')
      const { isKnown } = await response.json()
      if (isKnown) return openStream()
      // The talk is no more: nothing is there to come back to. What was typed stays in the box.
      if (state.hasTalk && !lines.querySelector('.languages')) notice(state.words.ended)
    } catch (_) {
      state.streamWait += 1
      setTimeout(() => void comeBack(), waitOf(state.streamWait - 1))
    }
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
    tellLength()
    for (const part of partsOf(written)) say(part)
  }

  function say(written) {
    enqueueWords(addLine(written, true), { kind: 'said', text: written })
  }

  /** A long text in several messages, parted where a line or a sentence ends. */
  function partsOf(written) {
    const parts = []
    let rest = written
    while (rest.length > mostCharacters) {
      const head = rest.slice(0, mostCharacters)
      const end = Math.max(
        head.lastIndexOf('\n'),
        head.lastIndexOf('。') + 1,
        head.lastIndexOf('. ') + 1,
        head.lastIndexOf(' '),
      )
      let at = end > mostCharacters / 2 ? end : mostCharacters
      // Not between the two halves of a character.
      if (/[\ud800-\udbff]/.test(rest[at - 1])) at -= 1
      parts.push(rest.slice(0, at).trim())
      rest = rest.slice(at).trim()
    }
    return [...parts, rest].filter((part) => part !== '')
  }

  function tellLength() {
    if (text.value.length > mostCharacters) notice(state.words.tooLong)
    else if (byId('notice').textContent === state.words.tooLong) notice('')
  }

  function sendFile(kind, file, album) {
    const shown = document.createElement(kind === 'photo' ? 'img' : 'audio')
    shown.src = URL.createObjectURL(file)
    if (kind === 'photo') shown.alt = state.words.photo
    else shown.controls = true
    const together = album ? `&album=${album}` : ''
    const item = {
      line: addLine(shown, true),
      url: `/channels/webchat/files?id=${newId()}&kind=${kind}${together}`,
      body: file,
      type: file.type || 'application/octet-stream',
    }
    if (kind === 'photo')
      item.prepare = async () => {
        const small = await madeSmaller(file)
        if (small) item.type = 'image/jpeg'
        return small || file
      }
    enqueue(item)
  }

  /**
   * A large picture, or one that only some phones can read, as a smaller JPEG; nothing where the
   * browser can't.
   */
  async function madeSmaller(file) {
    const isCommon = /^image\/(?:jpeg|png|webp)$/.test(file.type)
    if (isCommon && file.size < 1024 * 1024) return null
    const url = URL.createObjectURL(file)
    try {
      const picture = new Image()
      picture.src = url
      await picture.decode()
      const scale = Math.min(1, longestEdge / Math.max(picture.naturalWidth, picture.naturalHeight))
      const canvas = document.createElement('canvas')
      canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale))
      canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale))
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height)
      const made = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))
      return made && (!isCommon || made.size < file.size) ? made : null
    } catch (_) {
      // A picture that this browser can't read: the service tries.
      return null
    } finally {
      URL.revokeObjectURL(url)
    }
  }

  function grow() {
    text.style.height = 'auto'
    text.style.height = `${text.scrollHeight + 2}px`
    turnText()
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
        sendFile(
          'voice',
          new Blob(parts, { type: (recorder.mimeType || 'audio/webm').split(';')[0] }),
        )
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
  text.addEventListener('input', () => {
    grow()
    tellLength()
  })
  text.addEventListener('compositionend', (event) => {
    state.composedAt = event.timeStamp
  })
  text.addEventListener('keydown', (event) => {
    // The Enter that ends an input method's composition chooses a word. Safari tells of it after
    // the composition has ended.
    const composes =
      event.isComposing || event.keyCode === 229 || event.timeStamp - state.composedAt < 50
    if (event.key !== 'Enter' || event.shiftKey || composes) return
    event.preventDefault()
    sendText()
  })
  for (const [id, kind] of [
    ['photo', 'photo'],
    ['voice-file', 'voice'],
  ])
    byId(id).addEventListener('change', (event) => {
      const files = [...event.target.files]
      const album = files.length > 1 ? newId() : ''
      for (const file of files) sendFile(kind, file, album)
      event.target.value = ''
    })
  byId('location').hidden = !navigator.geolocation || !window.isSecureContext
  byId('location').addEventListener('click', () =>
    navigator.geolocation.getCurrentPosition(
      // Coarsened here already: what is finer than 100 m never leaves the phone.
      ({ coords: { latitude, longitude } }) => {
        const coarse = {
          latitude: Number(latitude.toFixed(3)),
          longitude: Number(longitude.toFixed(3)),
        }
        enqueueWords(addLine(`📍 ${coarse.latitude}, ${coarse.longitude}`, true), {
          kind: 'located',
          ...coarse,
        })
      },
      () => notice(state.words.noPlace),
      { maximumAge: 600000, timeout: 20000 },
    ),
  )
  byId('voice').addEventListener('click', () => void toggleRecording())
  const records = Boolean(navigator.mediaDevices && window.MediaRecorder)
  byId('voice').hidden = !records
  byId('voice-file-label').hidden = records
  document.addEventListener('click', (event) => {
    if (!byId('menu').contains(event.target)) byId('menu').open = false
  })
  window.addEventListener('beforeunload', (event) => {
    if (state.queue.length > 0) event.preventDefault()
  })

  async function begin() {
    useLanguage(state.words.language)
    const response = await fetch('/channels/webchat/transcript', { credentials: 'same-origin' })
    if (!response.ok) throw new Error('later')
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
        enqueue({
          url: '/channels/webchat/messages',
          body: JSON.stringify({ id: newId(), kind: 'said', text: `/start ${start}` }),
          type: 'application/json',
        })
    }
  }
  let begun = 0
  function beginOrAgain() {
    begin().catch(() => {
      notice(state.words.offline)
      setTimeout(beginOrAgain, waitOf(begun++))
    })
  }
  beginOrAgain()
})()
