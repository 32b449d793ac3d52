import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { quiet } from '../browsers/chromium.ts'
import { runProgram } from '../servers/program.ts'
import { type Service, startService } from '../servers/service.ts'

const shots = process.env['SCREENSHOTS']
const executablePath = inject('chromium')
let service: Service
let browser: Browser | undefined
beforeAll(async () => {
  service = await startService()
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: quiet })
})
afterAll(async () => {
  await browser?.close()
  await service?.stopAll()
})

it.runIf(executablePath !== undefined)(
  'a poster is one A4 sheet that leads to its village and reads right in each language, as a file without the service',
  async () => {
    const file = join(service.config.dataDir, 'poster.html')
    const program = runProgram(
      {
        DATABASE_URL: service.database.url,
        DATA_DIR: service.config.dataDir,
        PUBLIC_URL: 'https://jawab.example',
      },
      ['dist/src/cli/jawab.js', 'poster', 'YL010101', '--out', file],
    )
    expect([await program.ended(), program.errors()]).toEqual([0, ''])
    expect(await readFile(file, 'utf8')).not.toMatch(/<script|<link rel="stylesheet"/)
    expect(await readFile(file, 'utf8')).not.toMatch(/<style>[^<]*&/)
    const page = (await browser?.newPage()) as Page
    await page.goto(`file://${file}`)
    const printed = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    expect(printed.match(/\/Type \/Page\b/g)).toHaveLength(1)
    // A4 in points.
    expect(printed).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/)
    const { entrance } = await service.db.prisma.place.findUniqueOrThrow({
      where: { code: 'YL010101' },
    })
    expect(await page.locator('figcaption').allInnerTexts()).toEqual([
      `https://jawab.example/chat?start=v_${entrance}`,
    ])
    expect(
      await page
        .locator('figure img')
        .evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
    ).toBe(true)
    const directions = await page
      .locator('section')
      .evaluateAll((all) =>
        all.map((each) => [each.getAttribute('lang'), getComputedStyle(each).direction]),
      )
    expect(directions).toEqual([
      ['ug-Arab', 'rtl'],
      ['kk-Cyrl', 'ltr'],
      ['kk-Arab', 'rtl'],
      ['zh-Hans', 'ltr'],
    ])
    expect(await page.locator('h1').textContent()).toBe('جاۋاب · Жауап · جاۋاپ · 答复')
    // Nothing is wider than the sheet, and everything is on it.
    expect(
      await page.evaluate(
        () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
      ),
    ).toBe(true)
    if (shots !== undefined) {
      await page.setViewportSize({ width: 800, height: 1130 })
      await page.screenshot({ path: join(shots, 'poster.png') })
    }
    await page.close()
  },
  60_000,
)
