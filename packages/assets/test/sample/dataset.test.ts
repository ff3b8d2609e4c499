import { describe, expect, it } from "@effect/vitest"
import type { ApiMessage, ApiSubscription, ApiUser } from "../../src/sample/ApiRow.ts"
import { bundledMessages } from "../../src/sample/bundledMessages.ts"
import { bundledUsers } from "../../src/sample/bundledUsers.ts"

describe("the bundled dataset", () => {
  it("has 30 users and 120 messages, with ids that are all different", () => {
    expect([
      new Set(bundledUsers.map((user) => user.id)).size,
      new Set(bundledMessages.map((message) => message.id)).size
    ]).toStrictEqual([30, 120])
  })

  it("writes every time in ISO 8601 with milliseconds and Z, and every amount as a decimal", () => {
    const times = [
      ...bundledUsers.flatMap((user) => [user.createdAt, user.updatedAt, user.birthDate]),
      ...subscriptions.flatMap(([, one]) => [one.createdAt, one.startDate, one.endDate]),
      ...bundledMessages.map((message) => message.createdAt)
    ]
    const amounts = [
      ...subscriptions.map(([, one]) => one.amount),
      ...bundledUsers.flatMap((user) => user.profile.income ?? [])
    ]
    expect(times.filter((time) => new Date(time).toISOString() !== time)).toStrictEqual([])
    expect(amounts.filter((amount) => !/^\d+\.\d\d$/.test(amount))).toStrictEqual([])
  })

  it("has the quirks of real users", () => {
    expect({
      noCity: who((user) => user.city === null),
      noZipCode: who((user) => user.zipCode === null),
      noGender: who((user) => user.profile.gender === null),
      noIncome: who((user) => user.profile.income === null),
      noSubscription: who((user) => user.subscription.length === 0),
      twoSubscriptions: who((user) => user.subscription.length === 2),
      oddZipCodes: bundledUsers.flatMap((user) => (/^0\d{4}$|^\d{5}-\d{4}$/.test(user.zipCode ?? "") ? user.zipCode : [])),
      logins: who((user) => user.username !== undefined && user.password !== undefined),
      sameCityInOtherLetters: bundledUsers.flatMap((user) =>
        user.city?.localeCompare("zurich", "en", { sensitivity: "base" }) === 0 ? user.city : []
      )
    }).toStrictEqual({
      noCity: ["5", "20"],
      noZipCode: ["6", "20"],
      noGender: ["7", "20"],
      noIncome: ["8", "20"],
      noSubscription: ["7", "18", "20"],
      twoSubscriptions: ["4", "8", "12", "23"],
      oddZipCodes: ["05734", "83202-2695"],
      logins: ["15", "16"],
      sameCityInOtherLetters: ["Zürich", "zurich", "ZÜRICH"]
    })
  })

  it("has the quirks of real subscriptions", () => {
    expect({
      statuses: [...new Set(subscriptions.map(([, one]) => one.status))].sort(),
      activeAndLongOver: whose((one) => one.status === "Active" && one.endDate < "2020"),
      createdAfterItStarted: whose((one) => one.createdAt > one.startDate),
      endsBeforeItStarts: whose((one) => one.endDate < one.startDate),
      onlyRejected: who((user) => user.subscription.length > 0 && user.subscription.every(isRejected)),
      activeForDecades: whose((one) => one.status === "Active" && one.endDate > "2099").length
    }).toStrictEqual({
      statuses: ["Active", "Inactive", "Rejected"],
      activeAndLongOver: ["9"],
      createdAfterItStarted: ["4", "10"],
      endsBeforeItStarts: ["14"],
      onlyRejected: ["13"],
      activeForDecades: 18
    })
  })

  it("has the quirks of real messages", () => {
    const known = new Map(bundledUsers.map((user) => [user.id, user]))
    const unknown = (id: string) => !known.has(id)
    const subscribedThen = (message: ApiMessage) =>
      known
        .get(message.senderId)
        ?.subscription.some(
          (one) => !isRejected(one) && one.startDate <= message.createdAt && message.createdAt <= one.endDate
        ) ?? false
    const neverSubscribed = bundledMessages.filter((message) => known.get(message.senderId)?.subscription.length === 0)
    const outside = bundledMessages.filter((message) => !subscribedThen(message))
    const disorder = bundledMessages.filter((message, i) => message.createdAt < (bundledMessages[i - 1]?.createdAt ?? ""))
    const received = new Set(bundledMessages.map((message) => message.receiverId))
    expect({
      fromUnknown: bundledMessages.filter((message) => unknown(message.senderId)).map((message) => message.id),
      toUnknown: bundledMessages.filter((message) => unknown(message.receiverId)),
      neverSubscribed: neverSubscribed.map((message) => [message.id, message.senderId]),
      outsideOfTheirs: ["9", "13", "19"].filter((id) => outside.some((message) => message.senderId === id)),
      outOfOrder: disorder.length,
      nobodyWritesTo: who((user) => !received.has(user.id))
    }).toStrictEqual({
      fromUnknown: ["65"],
      toUnknown: [],
      neverSubscribed: [
        ["10", "18"],
        ["32", "18"],
        ["91", "7"]
      ],
      outsideOfTheirs: ["9", "13", "19"],
      outOfOrder: 5,
      nobodyWritesTo: ["17", "20"]
    })
    expect(outside.length).toBeLessThan(30)
  })

  it("repeats some cities, zip codes and professions", () => {
    const repeated = (values: ReadonlyArray<string | null>) => values.length - new Set(values).size
    expect(repeated(bundledUsers.map((user) => user.city))).toBeGreaterThan(2)
    expect(repeated(bundledUsers.map((user) => user.zipCode))).toBeGreaterThan(2)
    expect(repeated(bundledUsers.map((user) => user.profile.profession))).toBeGreaterThan(5)
  })
})

const subscriptions = bundledUsers.flatMap((user) => user.subscription.map((one) => [user.id, one] as const))
const isRejected = (one: ApiSubscription) => one.status === "Rejected"
const who = (has: (user: ApiUser) => boolean) => bundledUsers.filter(has).map((user) => user.id)
const whose = (has: (one: ApiSubscription) => boolean) => subscriptions.flatMap(([id, one]) => (has(one) ? id : []))
