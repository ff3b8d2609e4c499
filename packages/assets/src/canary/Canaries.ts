import { createHash } from "node:crypto"
import * as Finder from "./Finder.ts"
import * as Forms from "./Forms.ts"

/** A value that is unique in the world, and the places where it may be. */
export interface Canary {
  /** The field or the secret that holds it. */
  readonly field: string
  /** The mask table that may hold it; undefined if none may. */
  readonly home: string | undefined
}

/** A found canary and its form. */
export interface Sighting extends Canary {
  readonly form: string
}

/** Makes and remembers canaries. */
export interface Canaries {
  /** A fresh text of 15 characters, one of them not ASCII. */
  readonly text: (field: string, home?: string) => string
  /** A fresh text of letters and digits, for passwords, tokens and names. */
  readonly word: (field: string) => string
  /** A fresh whole number of fifteen digits, which JSON carries exactly. */
  readonly number: (field: string) => number
  /** Adds an existing secret. One shorter than eight characters is ignored, since chance would find it. */
  readonly secret: (field: string, value: string) => void
  /** A fresh name that is not secret and not searched for, for example of a database. */
  readonly name: () => string
  /** A fresh email address; its domain is no secret. */
  readonly email: (field: string) => string
  /** A fresh birth date, of a century that no other date has; its year alone is no secret. */
  readonly birthDate: (field: string) => string
  readonly count: () => number
  /** A finder for every canary made so far, in every form. */
  readonly finder: () => Finder.Finder<Sighting>
}

/** A maker without canaries. The same seed makes the same ones. */
export const make = (seed: string): Canaries => {
  const needles: Array<Finder.Needle<Sighting>> = []
  let made = 0
  const random = (): string => {
    const digest = createHash("sha512").update(`${seed} ${made++}`).digest("base64")
    return digest.replace(/[^A-Za-z0-9]/g, "").slice(0, 14)
  }
  const add = (canary: Canary, forms: ReadonlyArray<Forms.Form>) => {
    for (const { bytes, name } of forms) needles.push({ bytes, of: { ...canary, form: name } })
  }
  const word = (field: string) => {
    const value = random()
    add({ field, home: undefined }, Forms.of(value))
    return value
  }
  const text = (field: string, home?: string) => {
    const letters = random()
    const value = `${letters.slice(0, 8)}é${letters.slice(8)}`
    add({ field, home }, Forms.of(value))
    return value
  }
  return {
    text,
    word,
    secret: (field, value) => {
      if (value.length >= 8) add({ field, home: undefined }, Forms.of(value))
    },
    number: (field) => {
      const digest = createHash("sha512").update(`${seed} ${made++}`).digest()
      const digits = String(10 ** 14 + Number(digest.readBigUInt64BE() % BigInt(9 * 10 ** 14)))
      add(
        { field, home: undefined },
        Forms.of(digits).filter(({ name }) => name !== "its beginning")
      )
      return Number(digits)
    },
    name: () => random().toLowerCase(),
    email: (field) => {
      const address = `${text(field)}@Mail${made}.example`
      add({ field, home: undefined }, [...Forms.hashes(address), ...Forms.hashes(address.toLowerCase())])
      return address
    },
    birthDate: (field) => {
      const number = made++
      const date = new Date(Date.UTC(1601 + (number % 199), 0, 1 + Math.floor(number / 199), 5, 47, 31, 613))
      const iso = date.toISOString()
      const day = iso.slice(0, 10)
      const written = [iso, iso.replace("T", " ").slice(0, 23), String(date.getTime())]
      add({ field, home: undefined }, [
        { name: "as it is", bytes: Buffer.from(day) },
        ...written.map((form) => ({ name: "written otherwise", bytes: Buffer.from(form) })),
        ...[iso, day].flatMap((whole) => Forms.of(whole).filter(({ name }) => name !== "its beginning"))
      ])
      return iso
    },
    count: () => made,
    finder: () => Finder.make(needles)
  }
}
