import * as Crypto from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { cases } from "../../../../test/setup/size.ts"
import type { ApiMessage, ApiUser } from "../../src/sample/ApiRow.ts"
import * as Generate from "../../src/sample/generate.ts"
import * as IsoTime from "../../src/sample/IsoTime.ts"
import * as Rows from "../../src/sample/Rows.ts"
import * as Vocabulary from "../../src/sample/Vocabulary.ts"

describe("generated rows", () => {
  it("are the same bytes for the same seed, in this version as in the first", () => {
    const size = { users: 1000, messages: 1000, seed: 42 }
    const digest = (rows: Rows.Rows) =>
      Crypto.createHash("sha256")
        .update(Rows.join(rows, 0, rows.count))
        .digest("hex")
    expect([digest(Generate.users(size)), digest(Generate.messages(size))]).toStrictEqual([
      "3690338530e839489d2b8bf8bc547e6073a3c02fda6aed3e5502a85684eb5550",
      "1d0a6f9d9b4eab992d7f0535dc127e2b8b0b4f7d8918fb0544b64b4a5de9e67b"
    ])
  })

  it("are others for another seed, however large or negative", () => {
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]
    const first = seeds.map((seed) => Generate.users({ users: 10, messages: 0, seed }).json(0))
    expect(new Set(first).size).toBe(seeds.length)
  })

  it.prop(
    "are the slice that a page asks for, and pages add up to the whole",
    [FastCheck.integer(), FastCheck.nat(300), FastCheck.nat(300), FastCheck.integer({ min: 1, max: 120 })],
    ([seed, users, messages, limit]) => {
      for (const rows of [Generate.users({ users, messages, seed }), Generate.messages({ users, messages, seed })]) {
        const all = parse<Identified>(rows, 0, rows.count)
        const paged = Array.from({ length: Math.ceil(rows.count / limit) }, (_, k) =>
          parse(rows, k * limit, (k + 1) * limit)
        )
        expect([...paged.flat()]).toStrictEqual([...all])
        expect(paged[1] ?? []).toStrictEqual(all.slice(limit, 2 * limit))
        expect(all.map((row) => row.id)).toStrictEqual(Array.from({ length: rows.count }, (_, i) => String(i + 1)))
      }
    },
    { fastCheck: { numRuns: cases(100) } }
  )

  it("have the quirks of real users at realistic rates", () => {
    const { all, rate } = generated
    const subscriptions = all.flatMap((user) => user.subscription)
    const rateOf = (has: (one: ApiUser["subscription"][number]) => boolean) =>
      Math.round((1000 * subscriptions.filter(has).length) / subscriptions.length) / 1000
    const rates = {
      noCity: [rate((user) => user.city === null), 0.05],
      noZipCode: [rate((user) => user.zipCode === null), 0.05],
      noGender: [rate((user) => user.profile.gender === null), 0.05],
      noIncome: [rate((user) => user.profile.income === null), 0.05],
      logins: [rate((user) => user.username !== undefined && user.password !== undefined), 0.02],
      noSubscription: [rate((user) => user.subscription.length === 0), 0.15],
      perUser: [subscriptions.length / all.length, 1.5],
      active: [rateOf((one) => one.status === "Active"), 0.6],
      inactive: [rateOf((one) => one.status === "Inactive"), 0.3],
      rejected: [rateOf((one) => one.status === "Rejected"), 0.1],
      activeButOver: [rateOf((one) => one.status === "Active" && one.endDate < "2030"), 0.09],
      createdAfterStart: [rateOf((one) => one.createdAt > one.startDate), 0.01],
      endBeforeStart: [rateOf((one) => one.endDate < one.startDate), 0.005],
      zipPlusFour: [rate((user) => /^\d{5}-\d{4}$/.test(user.zipCode ?? "")), 0.24]
    }
    const far = Object.entries(rates).filter(([, [is = 0, meant = 0]]) => is < meant * 0.6 || is > meant * 1.5)
    expect(far).toStrictEqual([])
    expect(rate((user) => user.zipCode?.startsWith("0") ?? false)).toBeGreaterThan(0.05)
  })

  it("have about a two-hundredth as many places and professions as users, some of them very common", () => {
    const { all } = generated
    const counts = (values: ReadonlyArray<string | null>) => {
      const byValue = new Map<string | null, number>()
      for (const value of values) byValue.set(value, (byValue.get(value) ?? 0) + 1)
      return { distinct: byValue.size, most: Math.max(...byValue.values()) }
    }
    for (const values of [
      all.map((user) => user.city),
      all.map((user) => user.zipCode),
      all.map((user) => user.profile.profession)
    ]) {
      const { distinct, most } = counts(values)
      expect(distinct).toBeGreaterThanOrEqual(90)
      expect(distinct).toBeLessThanOrEqual(200)
      expect(most).toBeGreaterThan(2000)
    }
    expect(all.some((user) => user.city !== null && user.city !== "" && user.city === user.city.toUpperCase())).toBe(true)
  })

  it("have messages nearly in order over two years, a few from or to strangers, and none to every fiftieth user", () => {
    const size = { users: 1000, messages: 50_000, seed: 3 }
    const all = parse<ApiMessage>(Generate.messages(size), 0, size.messages)
    const times = all.map((message) => Date.parse(message.createdAt))
    let latest = 0
    const late = times.map((time) => {
      latest = Math.max(latest, time)
      return latest - time
    })
    const hour = 3_600_000
    const strangers = all.filter((message) => Math.max(Number(message.senderId), Number(message.receiverId)) > size.users)
    expect({
      outOfOrder: late.filter((by) => by > 0).length > 10_000,
      byAtMostThreeHours: Math.max(...late) <= 3 * hour,
      from: all[0]?.createdAt.slice(0, 10),
      to: all.at(-1)?.createdAt.slice(0, 10),
      strangers: strangers.length > 20 && strangers.length < 100,
      toEveryFiftieth: all.filter((message) => Number(message.receiverId) % 50 === 0 && Number(message.receiverId) <= 1000)
    }).toStrictEqual({
      outOfOrder: true,
      byAtMostThreeHours: true,
      from: "2024-01-01",
      to: "2025-12-30",
      strangers: true,
      toEveryFiftieth: []
    })
  })

  it("are all from and to strangers when there are no users", () => {
    const all = parse<ApiMessage>(Generate.messages({ users: 0, messages: 100, seed: 1 }), 0, 100)
    expect(all.filter((message) => Number(message.senderId) > 0 && Number(message.receiverId) > 0).length).toBe(100)
  })

  it("come as fast as their text can be put together: 20,000 users and 100,000 messages at once", () => {
    const size = { users: 20_000, messages: 100_000, seed: 5 }
    const bytes =
      Rows.join(Generate.users(size), 0, size.users).length + Rows.join(Generate.messages(size), 0, size.messages).length
    expect(bytes).toBeGreaterThan(20_000_000)
  })
})

describe("their parts", () => {
  it.prop(
    "a time is written as Date writes it",
    [FastCheck.date({ min: new Date("1915-06-01"), max: new Date("2150-01-01"), noInvalidDate: true })],
    ([date]) => {
      expect(IsoTime.format(date.getTime())).toBe(date.toISOString())
    }
  )

  it("ten thousand cities, zip codes and professions are all different", () => {
    for (const word of [Vocabulary.city, Vocabulary.zipCode, Vocabulary.profession]) {
      expect(new Set(Array.from({ length: 10_000 }, (_, k) => word(k))).size).toBe(10_000)
    }
  })
})

interface Identified {
  readonly id: string
}

const parse = <Row>(rows: Rows.Rows, start: number, end: number): ReadonlyArray<Row> =>
  JSON.parse(`[${Rows.join(rows, start, end)}]`)

const generated = (() => {
  const size = { users: 20_000, messages: 0, seed: 7 }
  const all = parse<ApiUser>(Generate.users(size), 0, size.users)
  return { all, rate: (has: (user: ApiUser) => boolean) => all.filter(has).length / all.length }
})()
