import { benchAlike } from './alike.ts'
import { benchAssignment } from './assignment.ts'
import { benchCategory } from './category.ts'
import { benchConsole } from './console.ts'
import { benchDeadlines } from './deadlines.ts'
import { benchGrowth } from './growth.ts'
import { benchLanguage } from './language.ts'
import { benchLimits } from './limits.ts'
import { benchOpen311 } from './open311.ts'
import { benchPipeline } from './pipeline.ts'
import { benchPlaces } from './places.ts'

/** `npm run bench -- NAME`: prints figures for a reader and, last, one line of JSON. */
const benches: Readonly<
  Record<string, (args: readonly string[]) => Promise<Record<string, unknown>>>
> = {
  alike: benchAlike,
  assignment: benchAssignment,
  category: benchCategory,
  console: benchConsole,
  deadlines: benchDeadlines,
  growth: benchGrowth,
  language: benchLanguage,
  limits: benchLimits,
  open311: benchOpen311,
  pipeline: benchPipeline,
  places: benchPlaces,
}

const [name = '', ...args] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  console.error(`npm run bench -- NAME, where NAME is one of: ${Object.keys(benches).join(', ')}`)
  process.exitCode = 2
} else console.log(JSON.stringify({ bench: name, ...(await bench(args)) }))
