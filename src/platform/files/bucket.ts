import { z } from 'zod'

/** A bucket of an S3-compatible store. Its keys come from the usual `AWS_…` variables. */
export type Bucket = {
  readonly name: string
  /** Another store than Amazon's. */
  readonly endpoint: string | undefined
  readonly region: string
}

const Query = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default('us-east-1'),
})

/**
 * Reads `s3://BUCKET?endpoint=…&region=…`. Names of buckets:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export const BucketUrl = z.string().transform((text, context): Bucket => {
  const [, name = '', query = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?(?:\?(.*))?$/.exec(text) ?? []
  const parsed = Query.safeParse(Object.fromEntries(new URLSearchParams(query)))
  if (name === '' || !parsed.success) {
    context.addIssue({ code: 'custom', message: 'no bucket' })
    return z.NEVER
  }
  return { name, endpoint: parsed.data.endpoint, region: parsed.data.region }
})
