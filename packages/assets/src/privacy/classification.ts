import type { FieldTree } from "@sluice/core/source/FieldTree"
import type { UsersRaw } from "../tables/UsersRaw.ts"

/**
 * The treatment of a field of the source, and its grounds: dropped unread, replaced by a mask id, reduced to something less
 * identifying, or kept. A field without a reason or a legal note does not compile.
 */
export type Classification = Grounds &
  (
    | { readonly class: "drop" }
    | { readonly class: "mask"; readonly kind: MaskKind }
    /** Reduced into a column of `users_raw`. */
    | { readonly class: "derive"; readonly into: keyof (typeof UsersRaw)["columns"]; readonly setting?: Setting }
    | { readonly class: "keep"; readonly setting?: Setting }
  )

interface Grounds {
  readonly reason: string
  /** The proposed principle or lawful basis of the GDPR. The person responsible for the data confirms it. */
  readonly legal: string
}

/** The kinds of personal value that are replaced by mask ids. */
export type MaskKind = "city" | "zipcode" | "profession"

/** The setting that makes a field coarser; see Generalisation. */
export type Setting = "birth" | "income" | "emailDomain"

type Classified = Readonly<Record<string, Classification>>

/** Every field of a user, by its path in the source's JSON; `[]` stands for each element of a list. */
export const users = {
  id: {
    class: "keep",
    reason: "joins a user's rows; a pseudonym that the source can resolve",
    legal: "Art. 4(5): still personal data; Art. 6(1)(f): one row per user"
  },
  createdAt: { class: "keep", reason: "when the user registered", legal: "Art. 6(1)(f): analysis of growth" },
  updatedAt: {
    class: "keep",
    reason: "orders two versions of a user",
    legal: "Art. 5(1)(d): the accurate version is kept"
  },
  firstName: {
    class: "drop",
    reason: "names the person; no question needs it",
    legal: "Art. 5(1)(c): not needed for any purpose"
  },
  lastName: {
    class: "drop",
    reason: "names the person; no question needs it",
    legal: "Art. 5(1)(c): not needed for any purpose"
  },
  address: {
    class: "drop",
    reason: "finds the person; no question needs it",
    legal: "Art. 5(1)(c): not needed for any purpose"
  },
  city: {
    class: "mask",
    kind: "city",
    reason: "quasi-identifier: users of one city can be counted without naming it",
    legal: "Art. 25(1) and 32(1)(a): pseudonymised; Art. 6(1)(f): analysis by place"
  },
  country: {
    class: "keep",
    reason: "coarse enough to report on",
    legal: "Art. 6(1)(f): analysis by country"
  },
  zipCode: {
    class: "mask",
    kind: "zipcode",
    reason: "quasi-identifier: finer than a city",
    legal: "Art. 25(1) and 32(1)(a): pseudonymised; Art. 6(1)(f): analysis by place"
  },
  email: {
    class: "derive",
    into: "email_domain",
    setting: "emailDomain",
    reason: "the part before the @ names the person",
    legal: "Art. 5(1)(c): reduced to what is asked for; Art. 6(1)(f): analysis by provider"
  },
  birthDate: {
    class: "derive",
    into: "birth_year",
    setting: "birth",
    reason: "day and month of birth identify together with other fields",
    legal: "Art. 5(1)(c): reduced to what is asked for; Art. 6(1)(f): analysis by age"
  },
  "profile.gender": {
    class: "keep",
    reason: "asked for by analysts",
    legal: "Art. 6(1)(f): analysis by gender"
  },
  "profile.isSmoking": {
    class: "keep",
    reason: "asked for by analysts",
    legal: "Art. 9(1) may hold (health): then Art. 9(2)(a), consent, or drop it"
  },
  "profile.profession": {
    class: "mask",
    kind: "profession",
    reason: "quasi-identifier: rare ones single people out",
    legal: "Art. 25(1) and 32(1)(a): pseudonymised; Art. 6(1)(f): analysis by profession"
  },
  "profile.income": {
    class: "keep",
    setting: "income",
    reason: "asked for by analysts",
    legal: "Art. 6(1)(f): analysis by income"
  },
  "subscription[].createdAt": {
    class: "keep",
    reason: "the month of a subscription's creation",
    legal: "Art. 6(1)(f): analysis of subscriptions"
  },
  "subscription[].startDate": {
    class: "keep",
    reason: "when a subscription covers messages",
    legal: "Art. 6(1)(f): analysis of subscriptions"
  },
  "subscription[].endDate": {
    class: "keep",
    reason: "when a subscription covers messages",
    legal: "Art. 6(1)(f): analysis of subscriptions"
  },
  "subscription[].status": {
    class: "keep",
    reason: "which subscriptions count",
    legal: "Art. 6(1)(f): analysis of subscriptions"
  },
  "subscription[].amount": {
    class: "keep",
    reason: "what a subscription costs",
    legal: "Art. 6(1)(f): analysis of billing"
  }
} as const satisfies Classified

/** Every field of a message, by its path. */
export const messages = {
  id: { class: "keep", reason: "identifies a message", legal: "Art. 6(1)(f): analysis of use" },
  createdAt: { class: "keep", reason: "messages are counted by day", legal: "Art. 6(1)(f): analysis of use" },
  senderId: {
    class: "keep",
    reason: "joins a message to its sender",
    legal: "Art. 6(1)(f): analysis of use; who writes to whom is data about both"
  },
  receiverId: {
    class: "keep",
    reason: "joins a message to its receiver",
    legal: "Art. 6(1)(f): analysis of use; who writes to whom is data about both"
  },
  message: {
    class: "drop",
    reason: "what people wrote to each other",
    legal: "Art. 5(1)(c): not needed for any purpose"
  }
} as const satisfies Classified

/**
 * The names, directly under `Prefix`, of the fields that are read: all but the dropped ones. A decoder declares exactly these;
 * one more, or one less, does not compile.
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

/** The top-level names that hold classified fields: an object, or a list of objects. */
export type NestedField<C extends Classified> = {
  [Path in keyof C & string]: Path extends `${infer Name}[].${string}`
    ? Name
    : Path extends `${infer Name}.${string}`
      ? Name
      : never
}[keyof C & string]

/** The known fields as a tree, dropped ones included. Dropped fields are expected, and never read. */
export const knownFields = (classified: Classified): FieldTree => treeOf(Object.keys(classified))

const treeOf = (paths: ReadonlyArray<string>): FieldTree => {
  type Tree = Map<string, Tree | undefined>
  const root: Tree = new Map()
  for (const path of paths) {
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
