/**
 * What is kept of a resident, twice: a page that stands alone, and the same as JSON (protection
 * P15). Both come in pieces, so that a chat with many files takes no more memory than one with none
 * (protection P39).
 */
export type MyDataFiles = {
  readonly page: () => AsyncIterable<string>
  readonly data: () => AsyncIterable<string>
  /**
   * Files that have no room in them: each is to be handed over by itself, under the name that the
   * page and the JSON say.
   */
  readonly apart: () => AsyncIterable<{ readonly name: string; readonly content: Buffer }>
}
