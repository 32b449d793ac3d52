/**
 * Text as it is compared: presentation forms become letters, what is invisible goes, look-alikes
 * typed for one another stay as they are (the detector knows them). What is stored keeps the
 * resident's own text.
 */
export function normalise(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\uFB50-\uFDFF\uFE70-\uFEFC]+/g, (forms) => forms.normalize('NFKC'))
    .replaceAll(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, '')
}
