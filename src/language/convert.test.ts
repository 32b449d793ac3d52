import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convert } from './convert.ts'
import loans from './kazakh-loans.json' with { type: 'json' }
import { mixedStems } from './kazakh-stems.ts'
import { restoreWords } from './restore.ts'
import { type WrittenLanguage, writtenLanguages } from './written-language.ts'

describe('Kazakh', () => {
  it.each([
    ['сұрақ', 'سۇراق', 'sūraq'],
    ['тіл', 'ٴتىل', 'tıl'],
    ['өтініш', 'ٴوتىنىش', 'ötınış'],
    ['көше', 'كوشە', 'köşe'],
    ['күн', 'كۇن', 'kün'],
    ['су', 'سۋ', 'su'],
    ['жоқ', 'جوق', 'joq'],
    ['ғимарат', 'عيمارات', 'ğimarat'],
    ['қою', 'قويۋ', 'qoiu'],
    ['қиял', 'قيال', 'qial'],
    ['қызметкер', 'قىزمەتكەر', 'qyzmetker'],
    ['мұғалім', 'مۇعالىم', 'mūğalım'],
    ['кітап', 'كىتاپ', 'kıtap'],
    ['демалыс', 'دەمالىس', 'demalys'],
    ['дәрігер', 'دارىگەر', 'därıger'],
    ['осымен', 'وسىمەن', 'osymen'],
    ['ащы', 'اششى', 'aşşy'],
    ['үйі', 'ٴۇيى', 'üiı'],
  ])('%s is %s and %s, and back', (cyrillic, arabic, latin) => {
    expect(convert(cyrillic, 'kk-Cyrl', 'kk-Arab')).toBe(arabic)
    expect(convert(cyrillic, 'kk-Cyrl', 'kk-Latn')).toBe(latin)
    expect(convert(arabic, 'kk-Arab', 'kk-Cyrl')).toBe(cyrillic)
    expect(convert(latin, 'kk-Latn', 'kk-Cyrl')).toBe(cyrillic)
    expect(convert(arabic, 'kk-Arab', 'kk-Latn')).toBe(latin)
  })
  it.each([
    ['Bul betti baqılaw', 'Бул бетті бақылау'],
    ['aýylda sý joq, kósheniń sharýasy qıyn', 'ауылда су жоқ, көшенің шаруасы қиын'],
  ])('reads the older Latin spelling of %s', (latin, cyrillic) =>
    expect(convert(latin, 'kk-Latn', 'kk-Cyrl').toLowerCase()).toBe(cyrillic.replace('Бул', 'бұл')),
  )
  it('gives sentences from Arabic letters their capitals back', () =>
    expect(convert('سۋ جوق. كوشە قاراڭعى.', 'kk-Arab', 'kk-Cyrl')).toBe('Су жоқ. Көше қараңғы.'))

  // Consonants and vowels of one harmony, as native words have them; what Arabic letters do not
  // write stands below.
  const syllables = (vowels: string, consonants: string) =>
    fc
      .array(fc.tuple(fc.constantFrom(...consonants), fc.constantFrom(...vowels)), {
        minLength: 1,
        maxLength: 4,
      })
      .map((pairs) => pairs.flat().join(''))
  const back = fc
    .tuple(
      fc.constantFrom('қ', 'ғ', 'б', 'т'),
      fc.constantFrom(...'аоұы'),
      syllables('аы', 'бдзлмнпрстшжқғ'),
    )
    .map((parts) => parts.join(''))
  const front = fc
    .tuple(
      fc.constantFrom('к', 'г', 'б', 'т'),
      fc.constantFrom(...'өүіе'),
      syllables('еі', 'бдзлмнпрстшжкг'),
    )
    .map((parts) => parts.join(''))
  // By chance a made-up word is a real one as it is typed without some letters: тасылы is read as
  // тәсілі, which restore.test.ts has.
  const isInFull = (...words: string[]) =>
    restoreWords(words, 'kk-Cyrl', (word) => word) === undefined
  const arabic = (word: string) => convert(word, 'kk-Cyrl', 'kk-Arab').replace('ٴ', '')
  const listed = [...mixedStems, ...loans.arabic.split(' ')].map(arabic)
  it('comes back from Arabic letters wherever harmony is whole', () => {
    fc.assert(
      fc.property(fc.oneof(back, front), (word) => {
        // A word that begins as a listed stem does is read as that stem.
        const written = arabic(word)
        fc.pre(!word.includes('шш') && !listed.some((stem) => written.startsWith(stem)))
        fc.pre(isInFull(word))
        expect(convert(convert(word, 'kk-Cyrl', 'kk-Arab'), 'kk-Arab', 'kk-Cyrl')).toBe(word)
      }),
    )
  })
  it('comes back from Latin letters, with its capitals', () => {
    fc.assert(
      fc.property(fc.oneof(back, front), fc.boolean(), (word, capital) => {
        fc.pre(!word.includes('шш') && isInFull(word, 'жылы'))
        const text = `${capital ? word.slice(0, 1).toUpperCase() + word.slice(1) : word} жылы`
        expect(convert(convert(text, 'kk-Cyrl', 'kk-Latn'), 'kk-Latn', 'kk-Cyrl')).toBe(text)
      }),
    )
  })
  it.each([
    ['Эдуардқа', 'Едуардқа', 'э is written as е'],
    ['Гогольға', 'Гоголға', 'ь is not written'],
    ['Хъон', 'Хон', 'ъ is not written'],
    ['ёлка', 'йолка', 'ё is written as йо'],
    ['Дианаға', 'Диянаға', 'и before а reads as ия'],
    ['цунами', 'тсунами', 'ц is written as тс'],
  ])('loses on the way to Arabic and Latin letters: %s becomes %s, as %s', (word, comesBack) => {
    expect(convert(convert(word, 'kk-Cyrl', 'kk-Latn'), 'kk-Latn', 'kk-Cyrl')).toBe(comesBack)
  })
  it.each(['гімірі жылы', 'кілігі ыстық', 'кісімі сынық'])(
    'reads ı as і where y is ы, although another word would be known: %s',
    (text) => expect(convert(convert(text, 'kk-Cyrl', 'kk-Latn'), 'kk-Latn', 'kk-Cyrl')).toBe(text),
  )
  it.each(['мебелі бар', 'календары жылы', 'банала', 'ансамбльге', 'премьера', 'альянс'])(
    'drops ь of a loan before а, ы and і only: %s',
    (text) => {
      expect(convert(convert(text, 'kk-Cyrl', 'kk-Latn'), 'kk-Latn', 'kk-Cyrl')).toBe(text)
      expect(convert(convert(text, 'kk-Cyrl', 'kk-Arab'), 'kk-Arab', 'kk-Cyrl')).toBe(text)
    },
  )
  it('writes the comma of its script after a gap too', () =>
    expect(convert('{{name}}, бірақ', 'kk-Cyrl', 'kk-Arab')).toBe('{{name}}، بىراق'))
  it('loses a capital on the way to Arabic letters', () =>
    expect(convert(convert('Алматы', 'kk-Cyrl', 'kk-Arab'), 'kk-Arab', 'kk-Cyrl')).toBe('алматы'))
  it('reads һ as х in Latin letters but for the words that it knows', () => {
    expect(convert('gauhar jihan', 'kk-Latn', 'kk-Cyrl')).toBe('гауһар жиһан')
    expect(convert(convert('үһілеу', 'kk-Cyrl', 'kk-Latn'), 'kk-Latn', 'kk-Cyrl')).toBe('үхілеу')
  })
})

describe('Uyghur', () => {
  it.each([
    ['سۇ', 'su', 'су'],
    ['ئۆي', 'öy', 'өй'],
    ['يول', 'yol', 'йол'],
    ['يامغۇر', 'yamghur', 'ямғур'],
    ['مەسئۇل', "mes'ul", "мәс'ул"],
    ['سائەت', 'saet', "са'әт"],
    ['مائارىپ', "ma'arip", "ма'арип"],
    ['قىلىنغان', "qilin'ghan", 'қилинған'],
    ['ئىسھاق', "is'haq", 'исһақ'],
    ['ژۇرنال', 'zhurnal', 'журнал'],
    ['ئېلېكتر', 'éléktr', 'електр'],
  ])('%s is %s and %s, and back', (arabic, latin, cyrillic) => {
    expect(convert(arabic, 'ug-Arab', 'ug-Latn')).toBe(latin)
    expect(convert(arabic, 'ug-Arab', 'ug-Cyrl')).toBe(cyrillic)
    expect(convert(latin, 'ug-Latn', 'ug-Arab')).toBe(arabic)
    expect(convert(cyrillic, 'ug-Cyrl', 'ug-Arab')).toBe(arabic)
    expect(convert(latin, 'ug-Latn', 'ug-Cyrl').replaceAll("'", '')).toBe(
      cyrillic.replaceAll("'", ''),
    )
  })
  const consonants = 'بپتجچخدرزژسشغفقكگڭلمنھۋي'
  const word = fc
    .array(
      fc.tuple(
        fc.constantFrom(...consonants, 'ئ'),
        fc.constantFrom(...'اەېىوۇۆۈ'),
        fc.constantFrom('', '', ...consonants),
      ),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    .map((parts) => parts.flat().join(''))
  it('comes back whole from Latin and from Cyrillic, whatever stands together', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        // LED, the lamp, stays as it is written.
        fc.pre(!words.includes('لەد'))
        const text = words.join(' ')
        expect(convert(convert(text, 'ug-Arab', 'ug-Latn'), 'ug-Latn', 'ug-Arab')).toBe(text)
        expect(convert(convert(text, 'ug-Arab', 'ug-Cyrl'), 'ug-Cyrl', 'ug-Arab')).toBe(text)
      }),
    )
  })
  it('loses capitals only', () =>
    expect(convert(convert('Ürümchi', 'ug-Latn', 'ug-Arab'), 'ug-Arab', 'ug-Latn')).toBe('ürümchi'))
})

describe('every script', () => {
  const pairs = writtenLanguages.flatMap((from) =>
    writtenLanguages
      .filter((to) => to !== from && to.slice(0, 2) === from.slice(0, 2))
      .map((to) => [from, to] as const),
  )
  it.each(pairs)(
    '%s to %s leaves numbers, codes, links, gaps, commands, brand names and Chinese alone',
    (from, to) => {
      const kept = [
        'JW-4K7Q2M9XH4',
        'https://jawab.example/chat?a=b',
        '10',
        '5G',
        '{{code}}',
        '/status',
        'WeChat',
        'a@b.cn',
        '@jawab_bot',
        '01',
        '13999',
      ]
      for (const text of kept) expect(convert(text, from, to)).toBe(text)
      if (!from.startsWith('zh')) expect(convert('新源县', from, to)).toBe('新源县')
    },
  )
  it.each(pairs)('%s to %s answers anything', (from: WrittenLanguage, to: WrittenLanguage) => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        (text) => void expect(typeof convert(text, from, to)).toBe('string'),
      ),
    )
  })
  it('leaves no letter of the old script behind', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя ,?'),
    })
    fc.assert(
      fc.property(
        text,
        (kazakh) =>
          void expect(convert(kazakh, 'kk-Cyrl', 'kk-Arab')).not.toMatch(/\p{Script=Cyrillic}/u),
      ),
    )
  })
  it('turns Chinese by its phrases', () => {
    expect(convert('里面的头发干净，后面发展', 'zh-Hans', 'zh-Hant')).toBe(
      '裡面的頭髮乾淨，後面發展',
    )
    expect(convert('裡面的頭髮乾淨', 'zh-Hant', 'zh-Hans')).toBe('里面的头发干净')
  })
  it('refuses two languages', () =>
    expect(() => convert('су', 'kk-Cyrl', 'ug-Arab')).toThrow(RangeError))
})
