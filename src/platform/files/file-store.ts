import { mkdir, statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Disk } from 'flydrive'
import { once } from '../memo.ts'
import type { Bucket } from './bucket.ts'

/** Where files lie: in a folder under `dataDir`, or in a bucket. */
export type FilesPlace = { readonly dataDir: string; readonly bucket?: Bucket | undefined }

/** Files by their names, as they are sealed. */
export type FileStore = {
  readonly put: (name: string, content: Uint8Array) => Promise<void>
  /** `undefined` where there is no such file. */
  readonly get: (name: string) => Promise<Uint8Array | undefined>
  readonly delete: (name: string) => Promise<void>
  /** Whether so many bytes are free; a bucket has room as long as it is paid for. */
  readonly hasRoom: (leastFreeBytes: number) => Promise<boolean>
}

/** Where files lie under `DATA_DIR`. */
export const attachmentsFolder = (dataDir: string) => resolve(dataDir, 'attachments')

/** Opens the place of files. A folder is made where it is not there yet. */
export async function openFileStore({ dataDir, bucket }: FilesPlace): Promise<FileStore> {
  if (bucket !== undefined)
    return { ...storeOn(once(() => bucketDisk(bucket))), hasRoom: async () => true }
  const folder = attachmentsFolder(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return {
    ...storeOn(once(() => folderDisk(folder))),
    hasRoom: async (leastFreeBytes) => {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize >= leastFreeBytes
    },
  }
}

/** `disk` is opened when the first file is asked for. */
function storeOn(disk: () => Promise<Disk>): Omit<FileStore, 'hasRoom'> {
  return {
    put: async (name, content) => (await disk()).put(name, content),
    get: async (name) => {
      const files = await disk()
      return (await files.exists(name)) ? files.getBytes(name) : undefined
    },
    delete: async (name) => (await disk()).delete(name),
  }
}

async function folderDisk(folder: string): Promise<Disk> {
  const [{ Disk }, { FSDriver }] = await Promise.all([
    import('flydrive'),
    import('flydrive/drivers/fs'),
  ])
  const location = pathToFileURL(`${folder}/`)
  return new Disk(new FSDriver({ location, visibility: 'private' }))
}

const connectMs = 5_000
const requestMs = 30_000

/** The client of S3 is large, and loaded only where it is used. */
async function bucketDisk({ name, endpoint, region }: Bucket): Promise<Disk> {
  const [{ Disk }, { S3Driver }] = await Promise.all([
    import('flydrive'),
    import('flydrive/drivers/s3'),
  ])
  return new Disk(
    new S3Driver({
      bucket: name,
      region,
      // Buckets of other makers are paths below an address, and know no lists of who may read.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      visibility: 'private',
      supportsACL: false,
      maxAttempts: 3,
      requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs },
    }),
  )
}
