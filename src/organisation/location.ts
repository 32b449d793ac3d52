/**
 * A place on the earth as it is kept: to a thousandth of a degree, about 100 m, never nearer
 * (protection P18).
 */
export type Location = { readonly latitude: number; readonly longitude: number }

/** Coarsens a shared location before anything keeps it. */
export function coarsen({ latitude, longitude }: Location): Location {
  return {
    latitude: Math.round(latitude * 1000) / 1000,
    longitude: Math.round(longitude * 1000) / 1000,
  }
}
