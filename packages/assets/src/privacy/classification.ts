/**
 * What happens to a field of the source: it is dropped unread, replaced by a mask id, reduced to something less telling, or
 * kept as it is.
 */
export type Classification =
  | { readonly class: "drop"; readonly reason: string }
  | { readonly class: "mask"; readonly kind: MaskKind; readonly reason: string }
  | { readonly class: "derive"; readonly into: string; readonly reason: string }
  | { readonly class: "keep"; readonly reason: string }

/** The kinds of personal value that are replaced by mask ids. */
export type MaskKind = "city" | "zipcode" | "profession"

type Classified = Readonly<Record<string, Classification>>

/** Every field of a user, by its path in the source's JSON; `[]` stands for each element of a list. */
export const users = {
  id: { class: "keep", reason: "joins a user's rows; a pseudonym that the source can resolve" },
  createdAt: { class: "keep", reason: "when the user registered" },
  updatedAt: { class: "keep", reason: "tells which of two versions is the later one" },
  firstName: { class: "drop", reason: "names the person; no question needs it" },
  lastName: { class: "drop", reason: "names the person; no question needs it" },
  address: { class: "drop", reason: "finds the person; no question needs it" },
  city: { class: "mask", kind: "city", reason: "quasi-identifier: users of one city can be counted without naming it" },
  country: { class: "keep", reason: "coarse enough to report on" },
  zipCode: { class: "mask", kind: "zipcode", reason: "quasi-identifier: finer than a city" },
  email: { class: "derive", into: "email_domain", reason: "the part before the @ names the person" },
  birthDate: { class: "derive", into: "birth_year", reason: "day and month of birth identify together with other fields" },
  "profile.gender": { class: "keep", reason: "asked for by analysts" },
  "profile.isSmoking": { class: "keep", reason: "asked for by analysts" },
  "profile.profession": { class: "mask", kind: "profession", reason: "quasi-identifier: rare ones single people out" },
  "profile.income": { class: "keep", reason: "asked for by analysts" },
  "subscription[].createdAt": { class: "keep", reason: "the month of a subscription's creation" },
  "subscription[].startDate": { class: "keep", reason: "when a subscription covers messages" },
  "subscription[].endDate": { class: "keep", reason: "when a subscription covers messages" },
  "subscription[].status": { class: "keep", reason: "which subscriptions count" },
  "subscription[].amount": { class: "keep", reason: "what a subscription costs" }
} as const satisfies Classified

/** Every field of a message, likewise. */
export const messages = {
  id: { class: "keep", reason: "tells messages apart" },
  createdAt: { class: "keep", reason: "messages are counted by day" },
  senderId: { class: "keep", reason: "joins a message to its sender" },
  receiverId: { class: "keep", reason: "joins a message to its receiver" },
  message: { class: "drop", reason: "what people wrote to each other" }
} as const satisfies Classified

/**
 * The names, directly under `Prefix`, of the fields that are read: all but the dropped ones. A decoder declares exactly
 * these; one more, or one less, does not compile.
 */
export type ReadField<C extends Classified, Prefix extends string = ""> = {
  [Path in keyof C & string]: C[Path] extends { readonly class: "drop" }
    ? never
    : Path extends `${Prefix}${infer Name}`
      ? Name extends `${string}.${string}`
        ? never
        : Name
      : never
}[keyof C & string]

/** The field names that are known at one level of a row, and those known inside each of them. */
export interface KnownFields extends ReadonlyMap<string, KnownFields | undefined> {}

/** The known fields as a tree, dropped ones included: what is in it and dropped is expected, and still never read. */
export const knownFields = (classified: Classified): KnownFields => {
  type Tree = Map<string, Tree | undefined>
  const root: Tree = new Map()
  for (const path of Object.keys(classified)) {
    let level = root
    const names = path.replaceAll("[]", "").split(".")
    names.forEach((name, i) => {
      if (i === names.length - 1) level.set(name, undefined)
      else {
        const inner = level.get(name) ?? (new Map() as Tree)
        level.set(name, inner)
        level = inner
      }
    })
  }
  return root
}
