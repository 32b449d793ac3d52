#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import { Command } from 'commander'
import { columnsOf, tableNames } from '../organisation/columns.ts'
import { installed } from '../platform/installation.ts'

/** Loads a command when it is run: `language detect` need not wait for what makes posters. */
function lazily<Args extends unknown[]>(
  load: () => Promise<(...args: Args) => unknown>,
): (...args: Args) => Promise<void> {
  return async (...args) => void (await (await load())(...args))
}

/** The version that was built (`start.mjs`), or that of the sources. */
function version(): string {
  const built = installed('dist/version')
  const tagged = existsSync(built) ? readFileSync(built, 'utf8') : ''
  const { version: ofSources } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as {
    readonly version: string
  }
  return tagged === '' ? ofSources : tagged
}

/** Which columns a file must have. */
function columnsHelp(): string {
  const width = Math.max(...tableNames.map(({ length }) => length))
  const lines = tableNames.map(
    (table) =>
      `  ${table.padEnd(width)}  ${columnsOf(table)
        .map(({ name }) => name)
        .join(', ')}`,
  )
  return `
Tables and their columns, named in a heading:
${lines.join('\n')}

A CSV holds one table, a workbook one in each sheet. \`export org\` shows how cells are written.`
}

const program = new Command('jawab')
  .description('Jawab: villagers report from a chat, and are answered.')
  .version(version())
  .showHelpAfterError()

program
  .command('start')
  .description('start the service (the environment is listed in the README)')
  .action(lazily(async () => (await import('../main.ts')).main))

program
  .command('migrate')
  .description("bring the database to this version's schema")
  .action(lazily(async () => (await import('./migrate.command.ts')).migrateDatabase))

const staff = program.command('staff').description('links for members of staff')
staff
  .command('invite')
  .description(
    'print a one-time invitation for a member: it binds their chat, and works for 7 days',
  )
  .argument('<member>', 'the code, the id or the name of the member')
  .action(lazily(async () => (await import('./staff.command.ts')).invite))
staff
  .command('login-link')
  .description('print a one-time sign-in link to the console, good for an hour')
  .argument('<member>', 'the code, the id or the name of the member')
  .action(lazily(async () => (await import('./staff.command.ts')).loginLink))

staff
  .command('sign-out')
  .description('end every session and unused link of a member')
  .argument('<member>', 'the code, the id or the name of the member')
  .action(lazily(async () => (await import('./staff.command.ts')).signOut))

program
  .command('import')
  .description('load files; all of a file or nothing of it')
  .command('org')
  .description(
    'places, teams, members, rosters, deadlines and calendars: CSV or XLSX as `export org` writes them',
  )
  .argument('<files...>')
  .option('--dry-run', 'say what each row would do, and change nothing')
  .addHelpText('after', () => columnsHelp())
  .action(lazily(async () => (await import('./import-org.command.ts')).importOrg))
program
  .command('export')
  .description('write files that can be imported')
  .command('org')
  .description('the whole organisation as a workbook, or one table of it as CSV')
  .argument('<file>')
  .option('--table <name>', 'places, teams, members, roster, deadlines or calendar, as CSV')
  .action(lazily(async () => (await import('./import-org.command.ts')).exportOrg))

program
  .command('demo')
  .description('the demonstration that a first start loads')
  .command('clear')
  .description('take it away, to begin your own; only where the database holds nothing else')
  .action(lazily(async () => (await import('./demo.command.ts')).clearDemo))

const language = program
  .command('language')
  .description('tell and convert languages, line by line from standard input')
language
  .command('detect')
  .description('print the tag of each line: ug-Arab, kk-Cyrl, … or und')
  .action(lazily(async () => (await import('./language.command.ts')).detectLanguage))
language
  .command('convert')
  .description('print each line in another script of its language')
  .requiredOption('--from <tag>', 'what the lines are written in')
  .requiredOption('--to <tag>', 'what they are to be written in')
  .action(lazily(async () => (await import('./language.command.ts')).convertLanguage))

language
  .command('danger')
  .description('print 1 for each line that says that somebody is in danger now, else 0')
  .action(lazily(async () => (await import('./language.command.ts')).tellDanger))
language
  .command('category')
  .description('print up to three categories that each line may be about, best first')
  .action(lazily(async () => (await import('./language.command.ts')).suggestCategory))
language
  .command('review')
  .description(
    'print one page (HTML) with every text beside the Chinese and the English, and where it is shown',
  )
  .action(lazily(async () => (await import('./language-review.command.tsx')).reviewLanguage))

program
  .command('poster')
  .description(
    'write a page to print on A4 for the notice board of a village, with its code to begin by',
  )
  .argument('<village>', 'its code or its name')
  .option('--out <file>', 'where to write it')
  .action(lazily(async () => (await import('./poster.command.ts')).makePoster))

program
  .command('erase')
  .description('after a backup was restored: erase again who had been erased since it was made')
  .option('--replay [file]', 'the list of erasures; without a file, the one under DATA_DIR')
  .action(lazily(async () => (await import('./erase.command.ts')).replayErasures))

program
  .command('backup')
  .description(
    'write everything into a new folder, sealed with DATA_KEY, also while the service runs',
  )
  .argument('<folder>')
  .action(lazily(async () => (await import('./backup.command.ts')).makeBackup))

program
  .command('restore')
  .description(
    'bring a backup into an empty database and DATA_DIR, and erase again who was erased since',
  )
  .argument('<folder>')
  .option(
    '--erasures <file>',
    'the newest copy of DATA_DIR/erasures, where it is not under DATA_DIR',
  )
  .action(lazily(async () => (await import('./backup.command.ts')).restoreBackup))

const keys = program.command('keys').description('the keys that encrypt chat handles and files')
keys
  .command('make')
  .description('print a fresh key for DATA_KEY')
  .action(lazily(async () => (await import('./keys.command.ts')).makeKey))
keys
  .command('confirm')
  .description('show that a copy of the key ring is kept elsewhere')
  .argument('<file>', 'the copy: the keys of DATA_KEY, or the file keys/data-key')
  .action(lazily(async () => (await import('./keys.command.ts')).confirmCopy))
keys
  .command('rotate')
  .description(
    'write anew with the first key of DATA_KEY what the others have written, also while the service runs',
  )
  .action(lazily(async () => (await import('./keys.command.ts')).rotate))

program
  .command('seal')
  .description(
    'seal what people write with a key of each chat and writer, and what is there already; once every copy runs this version',
  )
  .option(
    '--rewrite',
    'write the tables anew when all is sealed, with the service stopped: their pages keep old bytes',
  )
  .action(lazily(async () => (await import('./seal.command.ts')).sealWords))

program
  .command('doctor')
  .description(
    'look whether schema, key, records, clock, queue, chat apps, backlog and disk are in order, and say what to do',
  )
  .option(
    '--seal <number:seal>',
    'a seal of the record of readings that was kept elsewhere, to be compared',
  )
  .action(lazily(async () => (await import('./doctor.command.ts')).examine))

const simulations = program.command('simulate').description('make up data to try the service with')
simulations
  .command('org')
  .description('load a made-up organisation into an empty database')
  .option('--teams <number>', 'how many teams', '12')
  .option('--members <number>', 'how many members', '72')
  .option('--counties <number>', 'how many counties')
  .option('--seed <number>', 'the same seed makes the same organisation', '1')
  .action(lazily(async () => (await import('./simulate-org.command.ts')).simulateOrganisation))
simulations
  .command('month')
  .description(
    'play a month into an empty database: residents, storms and members on their rosters, each through the chat',
  )
  .option('--teams <number>', 'how many teams', '12')
  .option('--members <number>', 'how many members', '72')
  .option('--messages <number>', 'how many messages come in on a day', '1000')
  .option('--days <number>', 'how many days, up to now', '30')
  .option('--storms <number>', 'how often a county writes 50 messages a second', '3')
  .option('--storm-seconds <number>', 'for how long it does', '30')
  .option('--seed <number>', 'the same seed has the same people do the same', '1')
  .option('--language <tag>', 'what the picture is written in', 'zh-Hans')
  .option('--out <file>', 'where to write the picture (SVG)', 'month.svg')
  .action(lazily(async () => (await import('./simulate-month.command.ts')).simulateMonth))

program.parseAsync().catch((error: unknown) => {
  // What an operator can mend is said plainly; anything else is a fault of ours, with its place.
  const isPlain =
    error instanceof Error &&
    ['ConfigError', 'UnreachableError', 'InputError', 'BackupError'].includes(error.name)
  console.error(
    error instanceof Error
      ? isPlain
        ? error.message
        : (error.stack ?? error.message)
      : String(error),
  )
  process.exitCode = 1
})
