/** A word as a shell reads it: quoted if it has characters that a shell treats specially. */
export const shellWord = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
