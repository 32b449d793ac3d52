import { afterAll, beforeAll, expect, it } from 'vitest'
import { signedIn } from '../browsers/staff-browser.ts'
import { type Service, startService } from '../servers/service.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service?.stopAll())

it('P35 each export of figures is noted with who, when and what, and everybody can see how many there were', async () => {
  const page = async (language: string) =>
    (await fetch(`${service.url}/status?language=${language}`)).text()
  expect(await page('zh-Hans')).toContain('共 0 次')
  const supervisor =
    service.organisation.members.find(({ areaCode }) => areaCode === 'YL01')?.id ?? ''
  const person = await signedIn(service, supervisor)
  expect(await person.get('/console/supervision/figures.csv?category=road&weeks=4')).toMatchObject({
    status: 200,
  })
  expect(await person.get('/console/supervision/figures.xlsx')).toMatchObject({ status: 200 })
  // What is refused was not taken out.
  expect(await person.get('/console/supervision/figures.csv?area=YL02')).toMatchObject({
    status: 404,
  })
  expect(await service.db.prisma.figureExport.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
    {
      memberId: supervisor,
      role: 'supervisor',
      format: 'csv',
      asked: { area: 'YL01', category: 'road' },
    },
    {
      memberId: supervisor,
      role: 'supervisor',
      format: 'xlsx',
      asked: { area: 'YL01', category: 'all' },
    },
  ])
  expect(await page('zh-Hans')).toContain('共 2 次')
  expect(await page('kk-Arab')).toContain('dir="rtl"')
  await expect(service.db.prisma.figureExport.deleteMany()).rejects.toThrow('can only grow')
})
