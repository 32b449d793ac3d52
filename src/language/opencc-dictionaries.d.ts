// opencc-js types its converters only: its dictionaries are lists of `from to`, parted by `|`.
declare module 'opencc-js/dict/*' {
  const dictionary: string
  export default dictionary
}
