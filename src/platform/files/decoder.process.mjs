// Runs in a process of its own, which can be ended: a file may need more time or memory than it is
// worth. Plain JavaScript, as a process is started from the file itself, built or not.
const decoders = {
  photo: async (content) => (await import('./decode-photo.mjs')).remakePhoto(content),
  voice: async (content, { container }) =>
    (await import('./decode-voice.mjs')).remakeVoice(content, container),
  table: async (content) => (await import('./decode-table.mjs')).readWorkbook(content),
}

process.on('message', ({ id, kind, content, about }) => {
  decoders[kind](Buffer.from(content), about).then(
    (answer) => process.send({ id, ...answer }),
    () => process.send({ id, lost: 'damaged' }),
  )
})
// The service has ended: nobody waits for a file any more.
process.on('disconnect', () => process.exit(0))
