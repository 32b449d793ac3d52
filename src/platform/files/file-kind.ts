export type FileKind = 'photo' | 'voice'
