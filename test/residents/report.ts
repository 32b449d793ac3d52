import { issueToken } from '../../src/organisation/staff.store.ts'
import type { Service } from '../servers/service.ts'
import { until } from '../until.ts'
import { type WebChatPerson, webChatPerson } from './webchat-person.ts'

/** A resident of a village at the web chat, in Chinese, past the notice. */
export async function residentOf(
  service: Pick<Service, 'url'>,
  village: string,
): Promise<WebChatPerson> {
  const resident = webChatPerson(() => service.url)
  await resident.says(`/start v_${village}`)
  await resident.presses('language:zh-Hans')
  await resident.presses('notice:seen')
  return resident
}

/**
 * Has a resident report something, as another matter than others' there, and waits for its ticket.
 * `concern` is of a complaint about staff, `named` a member of the team.
 */
export async function report(
  service: Pick<Service, 'db'>,
  resident: WebChatPerson,
  text: string,
  category: string,
  {
    concern,
    named = 'nobody',
    anonymously = false,
  }: { readonly concern?: string; readonly named?: string; readonly anonymously?: boolean } = {},
) {
  await resident.says(text)
  await resident.presses(`category:${category}`)
  if (concern !== undefined) await resident.presses(`concerns:${concern}`)
  if (concern === 'team') await resident.presses(`named:${named}`)
  await resident.presses(anonymously ? 'send:anonymously' : 'send')
  if (!anonymously) await resident.presses('different')
  const [code = ''] = /JW-[0-9A-Z]{10}/.exec((await resident.hears('编号')).text) ?? []
  const ticket = await until('there is a ticket', () =>
    service.db.prisma.ticket.findUnique({ where: { code } }),
  )
  return { resident, code, ticket }
}

/** Has a resident join the ticket that their words are like, where there is one. */
export async function join(resident: WebChatPerson, text: string, category: string): Promise<void> {
  await resident.says(text)
  await resident.presses(`category:${category}`)
  await resident.presses('send')
  await resident.pressesLike('same:')
  await resident.hears('已加入')
}

/** Waits until somebody has a ticket, and returns it. */
export async function given(service: Service, code: string) {
  return until('somebody has it', () =>
    service.db.prisma.ticket.findFirst({ where: { code, assigneeId: { not: null } } }),
  )
}

/** The chat of a member of staff, bound by an invitation. */
export async function chatOfMember(service: Service, memberId: string): Promise<WebChatPerson> {
  const chat = webChatPerson(() => service.url)
  await chat.says(`/start i_${await issueToken(service.db, memberId, 'invitation', new Date())}`)
  await chat.hears('⁨')
  return chat
}
