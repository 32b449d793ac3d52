/** Makes the address that begins a chat with a parameter; `undefined` where there is none. */
type StartsChats = {
  readonly startLink: (root: string, parameter: string) => Promise<string | undefined>
}

/**
 * The addresses that begin a report for one village, an app after another. `entrance` is what they
 * call the village, and says nothing of it.
 */
export async function entrancesOf(
  channels: readonly StartsChats[],
  root: string,
  entrance: string,
): Promise<readonly string[]> {
  const links = await Promise.all(channels.map(({ startLink }) => startLink(root, `v_${entrance}`)))
  return links.flatMap((link) => link ?? [])
}

/**
 * The links of an invitation, one for each chat app that staff can use, and the web's last. The
 * first that is used ends all.
 */
export async function invitationLinks(
  channels: readonly (StartsChats & { readonly invites: boolean })[],
  root: string,
  token: string,
): Promise<readonly string[]> {
  const links = await Promise.all(
    channels.map(({ invites, startLink }) =>
      invites ? startLink(root, `i_${token}`) : Promise.resolve(undefined),
    ),
  )
  return [...links.flatMap((link) => link ?? []), `${root}/console/login?token=${token}`]
}
