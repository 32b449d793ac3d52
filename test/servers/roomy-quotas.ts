import { quotaNames } from '../../src/platform/quotas/figures.ts'

/**
 * Quotas that no test meets by chance. Tests of the quotas themselves start with the usual ones:
 * `QUOTAS: ''`.
 */
export const roomyQuotas = quotaNames.map((name) => `${name}=1000000`).join(',')
