export type FileKind = 'photo' | 'voice'

export type StoredFile = {
  readonly id: string
  readonly kind: FileKind
  readonly contentType: string
  readonly content: Buffer
}

/**
 * What a file is that was sent as a document, by its type or, where that says nothing, by its name;
 * `undefined` for anything but a picture or a sound.
 */
export function kindOfDocument(type: string, name: string): FileKind | undefined {
  if (type.startsWith('image/') || /\.(?:jpe?g|jfif|png|webp|hei[cf]|avif|mpo)$/i.test(name))
    return 'photo'
  if (type.startsWith('audio/') || /\.(?:ogg|oga|opus|m4a|mp3|aac|wav|amr|3gpp?|weba)$/i.test(name))
    return 'voice'
  return undefined
}
