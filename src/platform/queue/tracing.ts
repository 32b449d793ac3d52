import type { Telemetry } from 'bullmq'

/**
 * Traces of messages, over processes. They hold ids, names of stages and moments, and no word of
 * anybody's.
 */
export type Tracing = {
  /** What BullMQ carries a trace over the queue with; `undefined` when nothing is traced. */
  readonly telemetry: Telemetry | undefined
  /** Does the work as a part of the trace in hand, or as the beginning of one. */
  readonly follow: <T>(part: string, work: () => Promise<T>) => Promise<T>
  /** Sends what is left. */
  readonly stop: () => Promise<void>
}

/**
 * Begins to trace, when there is somewhere to send it. OpenTelemetry is loaded only then: it costs
 * memory.
 *
 * @param endpoint an OTLP collector over HTTP.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export async function startTracing(endpoint: string | undefined): Promise<Tracing> {
  if (endpoint === undefined)
    return { telemetry: undefined, follow: (_, work) => work(), stop: async () => {} }
  const [
    { SpanStatusCode },
    { BatchSpanProcessor, NodeTracerProvider },
    { OTLPTraceExporter },
    { resourceFromAttributes },
    { BullMQOtel },
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('bullmq-otel'),
  ])
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'jawab' }),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({
          url: new URL('v1/traces', `${endpoint.replace(/\/$/, '')}/`).href,
        }),
      ),
    ],
  })
  provider.register()
  const tracer = provider.getTracer('jawab')
  return {
    telemetry: new BullMQOtel({ tracerName: 'jawab' }),
    follow: (part, work) =>
      tracer.startActiveSpan(part, async (span) => {
        try {
          return await work()
        } catch (error) {
          // Without the error itself: its words may be a resident's.
          span.setStatus({ code: SpanStatusCode.ERROR })
          throw error
        } finally {
          span.end()
        }
      }),
    stop: () => provider.shutdown(),
  }
}
