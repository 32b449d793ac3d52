import type { Value } from './format.ts'
import type { GeoReportRequest } from './geo-report.ts'
import type { Words } from './words.ts'

/**
 * A request as anybody may see it who knows its code: how it stands, and nothing of what or where
 * it is. So a complaint about staff looks like any other (protection P42).
 */
export function toPublicRequest(row: GeoReportRequest, say: Words): Value {
  const hidden = {
    service_name: null,
    service_code: null,
    agency_responsible: null,
    expected_datetime: null,
    address: null,
    address_id: null,
    lat: null,
    long: null,
  }
  return { ...(toRequest(row, say) as Readonly<Record<string, Value>>), ...hidden }
}

/** A request with what a key of the area may see. */
export function toRequest(row: GeoReportRequest, say: Words): Value {
  return {
    service_request_id: row.code,
    status: row.status === 'closed' || row.status === 'withdrawn' ? 'closed' : 'open',
    status_notes: say.status(row.status),
    service_name: say.category(row.category),
    service_code: row.category,
    description: null,
    agency_responsible: row.teamNames === null ? null : say.place(row.teamNames),
    service_notice: null,
    requested_datetime: row.openedAt.toISOString(),
    updated_datetime: row.updatedAt.toISOString(),
    expected_datetime: row.resolutionDueAt.toISOString(),
    address: say.place(row.placeNames),
    address_id: row.placeCode,
    zipcode: null,
    lat: row.latitude,
    long: row.longitude,
    media_url: null,
  }
}
