import type { InboundMessage } from '../mailbox/message.ts'
import { coarsen } from '../organisation/location.ts'

/**
 * A shared location as it is kept: to about 100 m, with the names that came with it.
 *
 * @param on the message that it replies to, where it does.
 */
export function located(
  location: Parameters<typeof coarsen>[0],
  names: readonly (string | undefined)[],
  on: string | undefined,
): InboundMessage {
  const text = names.filter((name) => name !== undefined && name !== '').join('\n')
  return {
    kind: 'located',
    ...coarsen(location),
    ...(text === '' ? {} : { text }),
    ...(on === undefined ? {} : { on }),
  }
}
