/**
 * What stands above the API's description, for who sees it first: what it is for, how to begin, and
 * one request of each kind with its answer.
 *
 * @param root the address that others reach the service at.
 */
export function introduction(root: string): string {
  return `Villagers report what is broken, from a chat; each report is a *ticket* with a code such as \`JW-4K7Q2M9XH4\`. Programs read here how far a ticket is, and are told when it changes. Nothing here tells who wrote, or what.

## Begin

**Anybody who has a code** may ask how far its ticket is. No key is needed:

\`\`\`sh
curl ${root}/v1/tickets/JW-4K7Q2M9XH4
\`\`\`

\`\`\`json
{ "code": "JW-4K7Q2M9XH4", "status": "accepted", "category": null, "place": null,
  "openedAt": "2026-11-24T09:12:00.000Z", "acceptedAt": "2026-11-24T10:02:00.000Z", "…": "…" }
\`\`\`

**With a key** you list the tickets of an area, with their categories, places and deadlines. An administrator makes it in the console, under *Keys of programs*; it is shown once:

\`\`\`sh
curl -H 'Authorization: Bearer KEY' '${root}/v1/tickets?status=open&limit=2'
\`\`\`

## Be told

Subscribe an address of yours (https) to events. The answer holds the secret that signs each call, shown once:

\`\`\`sh
curl -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' \\
  -d '{"url":"https://example.org/jawab","events":["ticket.resolved"]}' ${root}/v1/webhooks
\`\`\`

Calls follow [Standard Webhooks](https://www.standardwebhooks.com), and their libraries verify them. With Node.js alone:

\`\`\`js
import { createHmac, timingSafeEqual } from 'node:crypto'

function isFromJawab(headers, rawBody, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers
  if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return false
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const own = createHmac('sha256', key).update(\`\${id}.\${at}.\${rawBody}\`).digest()
  return signatures.split(' ').some((each) => {
    const given = Buffer.from(each.replace('v1,', ''), 'base64')
    return given.length === own.length && timingSafeEqual(given, own)
  })
}
\`\`\`

Answer with 2xx within 15 seconds; anything else is tried again. A call may come twice: \`webhook-id\` tells.

## Report

Programs that take reports elsewhere send them by [Open311 GeoReport v2](${root}/open311/v2/discovery.json), in JSON or XML, with a key that has the right \`reports\`:

\`\`\`sh
curl -d api_key=KEY -d service_code=street_light -d lat=43.25 -d long=80.4 \\
  -d 'description=The lamp by the school is dark' ${root}/open311/v2/requests.json
\`\`\`

\`\`\`json
[{ "token": "6f1c…", "service_notice": "…", "account_id": null }]
\`\`\`

\`GET ${root}/open311/v2/tokens/TOKEN.json\` answers with the ticket's code as soon as there is one.

## Errors

Each error is a problem document (RFC 9457) with a \`type\` that does not change, such as \`/problems/no-such-ticket\`; \`detail\` names the field. With 429 and 503, \`Retry-After\` says when to come again.`
}
