import type { VNode } from 'preact'
import type { Voice } from '../language/render.ts'
import { Code, Moment, Table, Wide } from './layout.page.tsx'

/** A text that was opened out of turn. */
export type Row = {
  readonly code: string
  readonly name: string
  readonly at: Date
  readonly reason: string
}

/** What was opened out of turn: which, by whom, when and why. */
export function OpenedOutOfTurn({
  voice,
  opened,
}: {
  voice: Voice
  opened: readonly Row[]
}): VNode {
  const { say } = voice
  if (opened.length === 0) return <p class="quiet">{say('console.none')}</p>
  return (
    <Wide>
      <Table
        corner={say('breakGlass.code')}
        heads={[say('breakGlass.who'), say('breakGlass.when'), say('console.reason')]}
      >
        {opened.map(({ code, name, at, reason }) => (
          <tr key={`${code} ${at.getTime()}`}>
            <th scope="row">
              <Code>{code}</Code>
            </th>
            <td>
              <bdi>{name}</bdi>
            </td>
            <td>
              <Moment voice={voice} at={at} />
            </td>
            <td dir="auto">{reason}</td>
          </tr>
        ))}
      </Table>
    </Wide>
  )
}
