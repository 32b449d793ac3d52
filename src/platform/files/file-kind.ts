export type FileKind = 'photo' | 'voice'

export type StoredFile = {
  readonly id: string
  readonly kind: FileKind
  readonly contentType: string
  readonly content: Buffer
}
