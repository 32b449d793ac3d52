/** Makes the compiler check that a `switch` names every case. */
export function unreachable(value: never): never {
  throw new Error(`unforeseen case: ${JSON.stringify(value)}`)
}
