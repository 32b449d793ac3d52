import { issueToken } from '../../src/organisation/staff.store.ts'
import type { Db } from '../../src/platform/postgres/database.ts'
import type { Service } from '../servers/service.ts'

/** A member of staff at the console, over real HTTP, with cookies and the forms' tokens. */
export type StaffPerson = {
  readonly get: (path: string) => Promise<{
    readonly status: number
    readonly html: string
    readonly location: string | null
    readonly policy: string | null
  }>
  readonly post: (
    path: string,
    fields: Record<string, string>,
    withToken?: boolean,
  ) => Promise<{ readonly status: number; readonly html: string; readonly location: string | null }>
  /** The same with fields that come more than once. */
  readonly postBody: (
    path: string,
    fields: URLSearchParams,
  ) => Promise<{ readonly status: number; readonly html: string }>
  /** What stands at an address, as it is. */
  readonly bytes: (path: string) => Promise<Buffer>
  /** Sends nothing, in any method. */
  readonly send: (method: string, path: string) => Promise<{ readonly status: number }>
  /** Sends a file by a form, with the token in its address. */
  readonly upload: (
    path: string,
    text: string,
    withToken?: boolean,
  ) => Promise<{ readonly status: number; readonly html: string }>
}

export async function signedIn(service: Service, memberId: string): Promise<StaffPerson> {
  return signedInTo(service.url, service.db, memberId)
}

export async function signedInTo(url: string, db: Db, memberId: string): Promise<StaffPerson> {
  const cookies = new Map<string, string>()
  const state = { csrf: '' }
  const request = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: {
        ...init.headers,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const at = pair.indexOf('=')
      cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const html = await response.text()
    state.csrf = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? state.csrf
    return {
      status: response.status,
      html,
      location: response.headers.get('location'),
      policy: response.headers.get('content-security-policy'),
    }
  }
  const postBody = (path: string, fields: URLSearchParams, withToken = true) => {
    if (withToken) fields.set('_csrf', state.csrf)
    return request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: fields.toString(),
    })
  }
  const post = (path: string, fields: Record<string, string>, withToken = true) =>
    postBody(path, new URLSearchParams(fields), withToken)
  const token = await issueToken(db, memberId, 'login', new Date())
  await request(`/console/login?token=${token}`)
  await post('/console/login', { token })
  const upload = (path: string, text: string, withToken = true) => {
    const body = new FormData()
    body.set('file', new Blob([text]), 'table.csv')
    return request(`${path}?_csrf=${withToken ? encodeURIComponent(state.csrf) : ''}`, {
      method: 'POST',
      body,
    })
  }
  return {
    get: (path) => request(path),
    bytes: async (path) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      return Buffer.from(
        await (await fetch(`${url}${path}`, { headers: { cookie } })).arrayBuffer(),
      )
    },
    post,
    postBody,
    upload,
    send: (method, path) => request(path, { method }),
  }
}
