import { numberAlone } from '../../language/digits.ts'
import type { UnitOfWork } from '../../organisation/unit-of-work.store.ts'
import { statement } from '../../platform/postgres/query.ts'
import type { Input } from '../input.ts'
import { loadTickets } from './chat-tickets.store.ts'
import type { State } from './facts.ts'

/** States whose answer is free words: a number is one of them. */
const inFreeWords: ReadonlySet<State['at']> = new Set([
  'whatHappened',
  'rewriting',
  'whyNot',
  'ratingWord',
])

/** A press of a button that was chosen by its number, and the message that showed the button. */
type ByNumber = {
  readonly input: Extract<Input, { kind: 'pressed' }>
  readonly used: bigint
}

/**
 * The button that a message answers with, where it is nothing but a number and a question with
 * buttons stands: the newest message of the chat that showed any. `undefined` where it is ordinary
 * words: where free words are asked for, where a member's question waits for an answer, where
 * something newer has not been seen yet, and where no button has that number.
 */
export async function byNumber(
  { tx, at }: UnitOfWork,
  conversationId: string,
  state: State,
  input: Input,
): Promise<ByNumber | undefined> {
  if (input.kind !== 'said' || input.files.length > 0 || input.on !== undefined) return undefined
  const number = numberAlone(input.text)
  if (number === undefined || number === 0 || inFreeWords.has(state.at)) return undefined
  const isIdle = state.at === 'idle'
  if (isIdle && at < (state.follows?.until ?? 0)) return undefined
  const [[standing], tickets] = await Promise.all([
    tx.read(statement<{ id: bigint; data: string | null }>`
      select o."id", o."choices"[${number}::int] as "data" from "Outbound" o
      where o."conversationId" = ${conversationId}::uuid and o."status" = 'sent'
        and o."choices" <> '{}' and not exists (select 1 from "Outbound" n
          where n."conversationId" = o."conversationId" and n."id" > o."id"
            and n."status" <> 'undeliverable' and (${isIdle} or n."status" = 'queued'))
      order by o."id" desc limit 1`),
    isIdle ? loadTickets(tx, 'own', conversationId) : [],
  ])
  if (standing?.data == null || tickets.some(({ asked }) => asked)) return undefined
  return { input: { kind: 'pressed', data: standing.data, isByNumber: true }, used: standing.id }
}
