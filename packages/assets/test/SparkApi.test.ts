import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as FaultyApi from "../../rest-source/test/support/FaultyApi.ts"
import * as Reply from "../../rest-source/test/support/Reply.ts"
import { answer, decoded, invalid, messagesAt, rows, same, secret } from "./support/reading.ts"

it.scoped("pages are asked for by number and size, below the path of the URL", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/v1/messages", Reply.pages(rows))
    same(yield* messagesAt(`${api.url}/v1/`, { pageSize: 2, fetchAhead: 0 }), Either.right(decoded))
    same(
      yield* api.urls(),
      [1, 2, 3, 4].map((page) => `/v1/messages?page=${page}&limit=2`)
    )
  })
)

it.scoped("pages come over a connection that is used again", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", Reply.pages(rows))
    same(yield* messagesAt(api.url, { pageSize: 1, fetchAhead: 0 }), Either.right(decoded))
    same([(yield* api.requests()).length, yield* api.connections], [5, 1])
  })
)

it.scoped("pages are asked for ahead, and those beyond the end are of no consequence", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    const failingBeyond: Reply.Reply = (exchange) =>
      (Number(exchange.url.searchParams.get("page")) > 5 ? Reply.status(500) : Reply.pages(rows))(exchange)
    yield* api.on("/messages", failingBeyond)
    same(yield* messagesAt(api.url, { pageSize: 1, fetchAhead: 4 }), Either.right(decoded))
  })
)

it.scoped("a server that takes no notice of paging is read once", () =>
  Effect.gen(function* () {
    const ignored = yield* Effect.all([1, 2, 100].map((pageSize) => answer(Reply.pagingIgnored(rows), { pageSize })))
    same(
      ignored,
      [1, 2, 100].map(() => Either.right(decoded))
    )
  })
)

it.scoped("rows that pages overlap in come twice: whoever collects them tells them apart", () =>
  Effect.map(answer(Reply.pages(rows, { overlap: 1 }), { pageSize: 2 }), (result) =>
    same(
      Either.map(result, (found) => found.map(({ id }) => id)),
      Either.right(["10", "11", "11", "12"])
    )
  )
)

it.scoped("redirects are followed within the host, with the token, a few times", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", Reply.redirect("/v2/messages", 308))
    yield* api.on("/v2/messages", Reply.json(rows))
    const result = yield* messagesAt(api.url, { token: Redacted.make(secret), pageSize: 1 })
    same(result, Either.right(decoded))
    same(
      (yield* api.requests()).map(({ url, headers }) => [url, headers.authorization]),
      [
        ["/messages?page=1&limit=1", `Bearer ${secret}`],
        ["/v2/messages", `Bearer ${secret}`],
        ["/messages?page=2&limit=1", `Bearer ${secret}`],
        ["/v2/messages", `Bearer ${secret}`]
      ]
    )
    same(yield* answer(Reply.redirectLoop), invalid("sends from place to place, more than 5 times"))
  })
)

it.scoped("a redirect to another host is not followed, and the token does not get there", () =>
  Effect.gen(function* () {
    const other = yield* FaultyApi.make
    const elsewhere = yield* Effect.all(
      [`${other.url}/messages`, "http://exa mple", "ftp://127.0.0.1/"].map((location) =>
        answer(Reply.redirect(location), { token: Redacted.make(secret) })
      )
    )
    same(
      elsewhere,
      elsewhere.map(() => invalid("sends to another host, where it is not followed"))
    )
    same(yield* other.requests(), [])
  })
)

it.scoped("without a token none is sent", () =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", Reply.json(rows))
    yield* messagesAt(api.url, { pageSize: 1 })
    same(
      (yield* api.requests()).map(({ headers }) => [headers.authorization, headers.accept]),
      [
        [undefined, "application/json"],
        [undefined, "application/json"]
      ]
    )
  })
)
