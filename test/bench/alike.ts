import { alikeEnough, likenessTo } from '../../src/language/likeness.ts'
import { readReports } from './train-categories.ts'

/**
 * How often a report that is taken for the same matter is: on reports that were written as pairs
 * (the same line of the Uyghur and the Kazakh file), each beside every other of its category.
 */
export async function benchAlike(): Promise<Record<string, unknown>> {
  const reports = readReports().filter(
    ({ category }) => category !== 'other' && category !== 'complaint_staff',
  )
  const of = (language: string) => reports.filter((report) => report.language === language)
  const rows: { score: number; same: boolean }[] = []
  for (const category of new Set(reports.map((report) => report.category))) {
    const [uyghur, kazakh] = ['ug-Arab', 'kk-Cyrl'].map((language) =>
      of(language)
        .filter((report) => report.category === category)
        .slice(0, 40),
    )
    for (const [index, one] of (uyghur ?? []).entries()) {
      const likeness = likenessTo(one.text)
      for (const [at, other] of (kazakh ?? []).entries())
        rows.push({ score: likeness(other.text), same: index === at })
      for (const other of (uyghur ?? []).slice(index + 1))
        rows.push({ score: likeness(other.text), same: false })
    }
  }
  const share = (same: boolean, threshold: number) => {
    const all = rows.filter((row) => row.same === same)
    return all.filter(({ score }) => score >= threshold).length / all.length
  }
  const precision = (threshold: number) =>
    share(true, threshold) / (share(true, threshold) + othersInPlace * share(false, threshold))
  for (const threshold of [0.3, 0.4, 0.5, alikeEnough, 0.6, 0.7])
    console.log(
      `${threshold}: ${percent(precision(threshold))} % of those taken for the same are; ${percent(share(true, threshold))} % of the same are found`,
    )
  return {
    pairs: rows.length,
    precision: percent(precision(alikeEnough)),
    found: percent(share(true, alikeEnough)),
  }
}

/**
 * A village has few open reports of one category within two weeks: two others beside the one that
 * is the same.
 */
const othersInPlace = 2

function percent(share: number): number {
  return Math.round(share * 1000) / 10
}
