import * as Headers from "@effect/platform/Headers"
import { expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Pagination from "../../src/source/Pagination.ts"

const url = new URL("http://api.test/v1/users?page=1&limit=2")
const read = (headers: Readonly<Record<string, string>>) => Pagination.of(Headers.fromInput(headers), url)
const of = (headers: Readonly<Record<string, string>>) => Either.getOrThrow(read(headers))
const next = (href: string) => ({ link: { next: href } })

it("a next link is resolved against the address that it came from", () => {
  const links: ReadonlyArray<readonly [string, unknown]> = [
    ['<http://api.test/v1/users?page=2&limit=2>; rel="next"', next("http://api.test/v1/users?page=2&limit=2")],
    ["<?cursor=a,b;c>; rel=next", next("http://api.test/v1/users?cursor=a,b;c")],
    [
      '</v1/users?page=1>; rel="first", </v1/users?page=2>; title="a, b"; REL="last Next"',
      next("http://api.test/v1/users?page=2")
    ],
    ['<http://[>; rel="next"', next("")],
    ['</v1/users?page=1>; rel="prev first"', { link: "last" }],
    ['</v1/users?page=9>; rel="last"', { link: "last" }],
    ['</help>; rel="help", </style.css>; rel=preload', {}],
    ['</v1/users?page=2>; rel="next"; anchor="/other"', {}],
    ["not a link", {}]
  ]
  expect(links.map(([link]) => of({ link }))).toStrictEqual(links.map(([, expected]) => expected))
})

it("a total is that of X-Total-Count and its kin, or of Content-Range in anything but bytes; of two, the larger one", () => {
  const totals: ReadonlyArray<readonly [Readonly<Record<string, string>>, number | undefined]> = [
    [{ "x-total-count": "500" }, 500],
    [{ "x-wp-total": " 7 " }, 7],
    [{ "content-range": "items 0-99/500" }, 500],
    [{ "content-range": "0-24/3573458" }, 3_573_458],
    [{ "content-range": "items */0" }, 0],
    [{ "content-range": "items 0-99/*" }, undefined],
    [{ "content-range": "bytes 0-99/500" }, undefined],
    [{ "x-total": "3", "content-range": "items 0-1/4" }, 4]
  ]
  expect(totals.map(([headers]) => of(headers).total)).toStrictEqual(totals.map(([, total]) => total))
})

// Regression: such a total was ignored, and a reading that missed rows seemed complete.
it("a total that is not a whole number is refused by the name of its header", () => {
  const wrong: ReadonlyArray<readonly [header: string, text: string]> = [
    ["x-total-count", "many"],
    ["x-total-count", "-1"],
    ["x-total", ""],
    ["x-wp-total", "1.5"],
    ["content-range", "items 0-99/many"],
    ["content-range", "500"]
  ]
  expect(wrong.map(([header, text]) => read({ [header]: text }))).toStrictEqual(
    wrong.map(([header]) => Either.left({ header }))
  )
})
