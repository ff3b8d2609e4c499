// What a bundle has in the place of the global `performance`, which loads Node's module of performance hooks when it is first
// used, by Effect's clock at every start: a module for one number.
const began = process.hrtime.bigint()

export const performance = {
  /** Milliseconds since this module was loaded. */
  now: () => Number(process.hrtime.bigint() - began) / 1e6
}
