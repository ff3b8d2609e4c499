import * as Context from "effect/Context"

/** Where the shop's data is read, and where its report is written. */
export class Shop extends Context.Tag("shop/Shop")<
  Shop,
  { readonly apiUrl: URL; readonly ratesFile: string; readonly reportFile: string }
>() {}
