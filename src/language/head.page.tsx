import type { ComponentChildren, VNode } from 'preact'

type HeadProps = {
  readonly title: string
  /** The style sheet itself, or the address that it is served at. */
  readonly style: { readonly href: string } | { readonly text: string }
  readonly children?: ComponentChildren
}

/** The head of every page: as wide as the phone, without a picture, and silent to other sites. */
export function Head({ title, style, children }: HeadProps): VNode {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <title>{title}</title>
      <link rel="icon" href="data:," />
      {'href' in style ? <link rel="stylesheet" href={style.href} /> : <style>{style.text}</style>}
      {children}
    </head>
  )
}
