import { mkdir, statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
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
    return { ...storeOn(await bucketDisk(bucket)), hasRoom: async () => true }
  const folder = attachmentsFolder(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const driver = new FSDriver({ location: pathToFileURL(`${folder}/`), visibility: 'private' })
  return {
    ...storeOn(new Disk(driver)),
    hasRoom: async (leastFreeBytes) => {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize >= leastFreeBytes
    },
  }
}

function storeOn(disk: Disk): Omit<FileStore, 'hasRoom'> {
  return {
    put: (name, content) => disk.put(name, content),
    get: async (name) => ((await disk.exists(name)) ? disk.getBytes(name) : undefined),
    delete: (name) => disk.delete(name),
  }
}

const connectMs = 5_000
const requestMs = 30_000

/** The client of S3 is large, and loaded only where it is used. */
async function bucketDisk({ name, endpoint, region }: Bucket): Promise<Disk> {
  const { S3Driver } = await import('flydrive/drivers/s3')
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
