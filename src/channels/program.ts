import type { Capabilities, Channel } from './channel.ts'

/** What a program is taken to show: no files, and nothing is edited. */
export const programCan: Capabilities = {
  charactersAMessage: 4_096,
  charactersACaption: 1_024,
  buttonsAMessage: 100,
  charactersAButton: 64,
  bytesOfData: 64,
  bytesOfDocument: 0,
  edits: false,
  files: { sends: false, takes: false },
}

/** Reports from other programs: they ask how their report stands, and are sent nothing. */
export function programChannel(name: string): Channel {
  return {
    name,
    can: programCan,
    handleIsSecret: false,
    showsRows: false,
    showsNothing: true,
    send: async () => ({ outcome: 'sent', externalId: undefined }),
    takeBack: async () => false,
    removeButtons: async () => {},
    fetchFile: async () => 'gone',
    afterSent: async () => {},
  }
}
