import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { reachFiles } from '../../src/platform/check-stores.ts'
import { BucketUrl } from '../../src/platform/files/bucket.ts'
import { openFileStore } from '../../src/platform/files/file-store.ts'
import { backUp, restore } from '../../src/platform/postgres/backup.ts'
import { openKeyRing } from '../../src/platform/sealing/key-ring.ts'
import { listErasures, readListed } from '../../src/privacy/erasures-file.client.ts'
import { signedIn } from '../browsers/staff-browser.ts'
import { given, report, residentOf } from '../residents/report.ts'
import { emptyDatabase } from '../servers/database.ts'
import { type S3, startS3 } from '../servers/s3.ts'
import { type Service, startService } from '../servers/service.ts'
import { until } from '../until.ts'

describe('files in a bucket', () => {
  let s3: S3
  let service: Service
  let folder: string
  beforeAll(async () => {
    s3 = await startS3()
    for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value)
    folder = await mkdtemp(join(tmpdir(), 'jawab-bucket-'))
    service = await startService({ FILES_URL: s3.url })
  })
  afterAll(async () => {
    await service?.stopAll()
    await s3?.close()
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })
  const photo = () =>
    sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()

  it('are sealed there as on a disk, shown to the handler, and gone with the ticket', async () => {
    const resident = await residentOf(service, 'YL010101')
    await resident.sendsFile('photo', await photo(), 'image/jpeg')
    const { code } = await report(service, resident, '桥面塌了一块', 'road')
    const { assigneeId } = await given(service, code)
    const [[name, stored] = ['', Buffer.alloc(0)]] = [...s3.objects]
    expect(s3.objects.size).toBe(1)
    expect(name).toMatch(/^[0-9a-f]{40}$/)
    // No picture: nothing of it begins as a JPEG does.
    expect(stored.includes(Buffer.from([0xff, 0xd8, 0xff]))).toBe(false)
    expect(await readdir(service.config.dataDir)).not.toContain('attachments')

    const member = await signedIn(service, assigneeId ?? '')
    const { html } = await member.get(`/console/tickets/${code}`)
    const [, path = ''] = /src="(\/console\/files\/[^"]+)"/.exec(html) ?? []
    const shown = await member.bytes(path)
    expect((await sharp(shown).metadata()).format).toBe('jpeg')

    // A store that is busy for a moment is asked again.
    s3.busy(2)
    expect((await member.bytes(path)).equals(shown)).toBe(true)

    // A backup has it, and brings it into a folder or a bucket.
    const keys = await openKeyRing(service.config)
    const backup = join(folder, 'backup')
    expect((await backUp(service.database.url, service.config, keys, backup)).files).toBe(1)
    await restore(await emptyDatabase(), { dataDir: join(folder, 'disk') }, keys, backup)
    expect(await readdir(join(folder, 'disk', 'attachments'))).toEqual([name])

    await resident.says(`/forget`)
    await resident.presses('forget')
    await until('it is gone', () => !s3.objects.has(name))
    // The list of erasures lies beside the files, so that it outlives a restored backup.
    const gone = [{ hash: new Uint8Array(32).fill(7), at: new Date('2026-11-27T10:00:00Z') }]
    for (let time = 0; time < 2; time++) await listErasures(service.config, gone)
    expect(await readListed(service.config)).toMatch(/^2026-11-27 (07){32}\n$/m)
    expect(s3.refused()).toBe(0)
  })

  it('tells plainly what is wrong with a bucket that can’t be read', async () => {
    const other = BucketUrl.parse(s3.url.replace('jawab-test', 'jawab-other'))
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another secret')
    await expect(reachFiles({ dataDir: folder, bucket: BucketUrl.parse(s3.url) })).rejects.toThrow(
      /^FILES_URL: the bucket jawab-test at 127\.0\.0\.1:\d+ can't be read/,
    )
    expect(s3.refused()).toBeGreaterThan(0)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.environment['AWS_SECRET_ACCESS_KEY'] ?? '')
    const store = await openFileStore({ dataDir: folder, bucket: BucketUrl.parse(s3.url) })
    expect(await store.get('0'.repeat(40))).toBeUndefined()
    await expect(
      openFileStore({ dataDir: folder, bucket: other }).then((each) =>
        each.put('a', Buffer.from('x')),
      ),
    ).rejects.toThrow()
  })

  it.each(['s3://', 's3://UPPER', 'http://bucket', 's3://ok?endpoint=ftp://x', 's3://ok?regoin=x'])(
    'is named wrongly: %s',
    (text) => expect(() => readConfig({ FILES_URL: text })).toThrow(/FILES_URL: .*s3:\/\/BUCKET/),
  )
})
