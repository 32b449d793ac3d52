import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import plugin from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { introduction } from './introduction.ts'

/** The name of the service, as its pages have it. */
const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><text x="4" y="29" font-family="sans-serif" font-weight="700" font-size="26" fill="#fff">Jawab</text></svg>'

/**
 * `GET /openapi.json` and `GET /docs`: the API, from the schemas that parse its requests. Works
 * offline.
 */
export const documentation = plugin<{ readonly publicUrl: string }>(async (app, { publicUrl }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Jawab',
        version: '1',
        description: introduction(publicUrl),
        license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: 'A key that an administrator has made in the console.',
          },
        },
      },
      tags: [
        { name: 'tickets', description: 'Where tickets stand.' },
        {
          name: 'webhooks',
          description: 'To be told when a ticket changes, by the Standard Webhooks specification.',
        },
        { name: 'operation', description: 'For who runs the service.' },
      ],
    },
    transform: jsonSchemaTransform,
    transformObject: (input) => withoutUnused(jsonSchemaTransformObject(input)),
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { deepLinking: false },
    logo: { type: 'image/svg+xml', content: Buffer.from(logo) },
    theme: { title: 'Jawab' },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
})

/**
 * Of each schema two forms are made, for what comes in and what goes out; what nothing points at is
 * left out.
 */
function withoutUnused<Made extends object>(made: Made): Made {
  const { components } = made as { components?: { schemas?: Record<string, unknown> } }
  const schemas = components?.schemas
  if (schemas === undefined) return made
  const text = JSON.stringify(made)
  const used = Object.entries(schemas).filter(([name]) =>
    text.includes(`"#/components/schemas/${name}"`),
  )
  return { ...made, components: { ...components, schemas: Object.fromEntries(used) } }
}
