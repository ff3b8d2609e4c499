import * as IsoTime from "./IsoTime.ts"
import { Prng } from "./Prng.ts"
import type { Rows } from "./Rows.ts"
import * as Vocabulary from "./Vocabulary.ts"

/** The number of rows to generate, and the seed (any safe integer). The same size and seed always give the same bytes. */
export interface Size {
  readonly users: number
  readonly messages: number
  readonly seed: number
}

/**
 * Users `1` to `size.users`, with the quirks of real data at realistic rates: 5% without city, zip code, gender or income,
 * 15% without subscription and 1.5 subscriptions on average, 2% with a username and a password, 1% of subscriptions created
 * after they started and 0.5% that end before they start. There are about `users / 200` cities, zip codes and professions
 * each, some of them very common, and 1% of cities are in capitals. O(1) per row.
 */
export const users = (size: Size): Rows => {
  const count = Math.max(10, Math.ceil(size.users / 200))
  const pool = Array.from({ length: count }, (_, k) => k)
  const places: Places = {
    count,
    cities: pool.map(Vocabulary.city),
    capitals: pool.map((k) => Vocabulary.city(k).toUpperCase()),
    zipCodes: pool.map(Vocabulary.zipCode),
    professions: pool.map(Vocabulary.profession)
  }
  return { count: size.users, json: (index) => userJson(new Prng(size.seed, 1, index), index, places) }
}

/**
 * Messages `1` to `size.messages`, over the two years from 2024 on, ordered by time within some hours. Some people write and
 * get many, and one in fifty gets none. One in a thousand is from or to an unknown user. O(1) per row.
 */
export const messages = (size: Size): Rows => {
  const step = period / Math.max(1, size.messages)
  return { count: size.messages, json: (index) => messageJson(new Prng(size.seed, 2, index), index, size.users, step) }
}

interface Places {
  readonly count: number
  readonly cities: ReadonlyArray<string>
  readonly capitals: ReadonlyArray<string>
  readonly zipCodes: ReadonlyArray<string>
  readonly professions: ReadonlyArray<string>
}

const day = IsoTime.dayMillis
const origin = Date.UTC(2024, 0, 1)
const period = 730 * day
const oldestBirth = Date.UTC(1940, 0, 1)

const userJson = (random: Prng, index: number, places: Places): string => {
  const created = origin + random.below(period)
  const updated = created + random.below(90 * day)
  const first = Vocabulary.pick(Vocabulary.firstNames, random.next())
  const last = Vocabulary.pick(Vocabulary.lastNames, random.next())
  const place = random.skewedBelow(places.count)
  const city = random.chance(0.01) ? places.capitals[place] : places.cities[place]
  const zipCode = places.zipCodes[random.skewedBelow(places.count)]
  const profession = places.professions[random.skewedBelow(places.count)]
  const gender = Vocabulary.pick(Vocabulary.genders, random.next())
  const domain = Vocabulary.pick(Vocabulary.emailDomains, random.skewedBelow(Vocabulary.emailDomains.length))
  return (
    `{"id":"${index + 1}","createdAt":"${IsoTime.format(created)}","updatedAt":"${IsoTime.format(updated)}",` +
    `"firstName":"${first}","lastName":"${last}",` +
    `"address":"${1 + random.below(299)} ${Vocabulary.pick(Vocabulary.streets, random.next())}",` +
    `"city":${orNull(random, city)},"country":"${Vocabulary.pick(Vocabulary.countries, place)}",` +
    `"zipCode":${orNull(random, zipCode)},"email":"${last.toLowerCase()}.${index + 1}@${domain}",` +
    `"birthDate":"${IsoTime.format(oldestBirth + random.below(24_000) * day)}",` +
    `"profile":{"gender":${orNull(random, gender)},"isSmoking":${random.chance(0.2)},` +
    `"profession":"${profession}","income":${orNull(random, money(random, 150_000))}},` +
    `"subscription":[${subscriptionsJson(random, created)}]${loginJson(random, index)}}`
  )
}

const subscriptionsJson = (random: Prng, userCreated: number): string => {
  const draw = random.fraction()
  const count = draw < 0.15 ? 0 : draw < 0.5 ? 1 : draw < 0.85 ? 2 : 3
  let text = ""
  for (let position = 0; position < count; position++) {
    text += (position === 0 ? "" : ",") + subscriptionJson(random, userCreated + random.below(200 * day))
  }
  return text
}

const subscriptionJson = (random: Prng, created: number): string => {
  const draw = random.fraction()
  const status = draw < 0.6 ? "Active" : draw < 0.9 ? "Inactive" : "Rejected"
  const start = random.chance(0.01) ? created - (1 + random.below(30)) * day : created + random.below(3 * day)
  // Most active ones are open-ended: a renewal date decades ahead keeps "active now" stable.
  const lasting = status === "Active" && !random.chance(0.15)
  const length = lasting ? 20_000 + random.below(7_000) : 30 + random.below(365)
  const end = random.chance(0.005) ? start - (1 + random.below(30)) * day : start + length * day
  return (
    `{"createdAt":"${IsoTime.format(created)}","startDate":"${IsoTime.format(start)}","endDate":"${IsoTime.format(end)}",` +
    `"status":"${status}","amount":"${money(random, 100)}"}`
  )
}

const messageJson = (random: Prng, index: number, users: number, step: number): string => {
  const created = origin + Math.floor(index * step) + random.below(day / 8)
  const stranger = random.chance(0.001)
  const sender = random.skewedBelow(users)
  const receiver = receives(random.skewedBelow(users), users)
  const toStranger = stranger && random.chance(0.5)
  const fromStranger = users === 0 || (stranger && !toStranger)
  const text = `${Vocabulary.pick(Vocabulary.openings, random.next())} ${Vocabulary.pick(Vocabulary.bodies, random.next())}`
  return (
    `{"id":"${index + 1}","createdAt":"${IsoTime.format(created)}","message":"${text}",` +
    `"receiverId":"${toStranger || users === 0 ? users + 1 + random.below(1000) : receiver + 1}",` +
    `"senderId":"${fromStranger ? users + 1 + random.below(1000) : sender + 1}"}`
  )
}

/** Every fiftieth user receives nothing; the previous user receives their messages. */
const receives = (user: number, users: number): number => (user % 50 === 49 && users > 1 ? user - 1 : user)

const loginJson = (random: Prng, index: number): string =>
  random.chance(0.02) ? `,"username":"user${index + 1}","password":"${random.next().toString(36)}"` : ""

const orNull = (random: Prng, word: string | undefined): string => (random.chance(0.05) ? "null" : `"${word}"`)

/** An amount with two decimals below `bound`, as text. */
const money = (random: Prng, bound: number): string => {
  const cents = random.below(100)
  return `${random.below(bound)}.${cents < 10 ? "0" : ""}${cents}`
}
