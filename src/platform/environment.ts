import { z } from 'zod'

/** One environment variable: what the README prints, what an error says and what is accepted. */
type Variable = {
  readonly meaning: string
  readonly shown: string
  readonly expects: string
  readonly example: string
  readonly schema: z.ZodType
}
export type Variables = Readonly<Record<string, Variable>>

/** What was read of variables. */
export type ValuesOf<Read extends Variables> = {
  readonly [Name in keyof Read]: z.infer<Read[Name]['schema']>
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number, digits = String(most).length) {
  return z
    .string()
    .regex(new RegExp(`^\\d{1,${digits}}$`))
    .transform(Number)
    .pipe(z.number().min(least).max(most))
}

/** An address with one of these schemes. */
export function url(...schemes: string[]) {
  return z.url({ protocol: new RegExp(`^(${schemes.join('|')})$`), hostname: /./ })
}
