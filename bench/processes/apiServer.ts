/**
 * The benches' API, in its own process: the sample API's rows, with every page made before the first request, so that an answer
 * costs no more than sending it. Entity tags mark unchanged pages. `--users N --messages M`. It sends its URL to its parent
 * process. On the message `newest`, the last 1% of users are changed, and there are 1% more messages at the end. On `spread`,
 * 1% of users are changed on all pages. On `none`, all rows are as at first.
 */
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import * as Generate from "@sluice/assets/sample/generate"
import * as Rows from "@sluice/assets/sample/Rows"
import { flag } from "../harness.ts"

const size = { users: flag("users", 1_000, 1_000), messages: flag("messages", 10_000, 10_000), seed: 1 }
const limit = flag("page", 5_000, 5_000)

const changedUsers = (rows: Rows.Rows, isChanged: (index: number) => boolean): Rows.Rows => ({
  count: rows.count,
  json: (index) => {
    if (!isChanged(index)) return rows.json(index)
    return JSON.stringify({ ...JSON.parse(rows.json(index)), country: "Elsewhere", updatedAt: "2026-06-01T12:00:00.000Z" })
  }
})

const moreMessages = (rows: Rows.Rows): Rows.Rows => ({
  count: rows.count + Math.ceil(rows.count / 100),
  json: (index) => {
    if (index < rows.count) return rows.json(index)
    return JSON.stringify({
      ...JSON.parse(rows.json(index % rows.count)),
      id: String(index + 1),
      createdAt: "2026-06-01T12:00:00.000Z"
    })
  }
})

type Answers = ReadonlyMap<string, ReadonlyArray<Page>>

interface Page {
  readonly body: Buffer
  readonly etag: string
}

/** Pages of rows. Whole given pages are reused. */
const pagesOf = (rows: Rows.Rows, given: ReadonlyArray<Page> = []): ReadonlyArray<Page> => {
  const pages = given.slice(0, -1)
  for (let start = pages.length * limit; start < rows.count; start += limit) {
    const body = Buffer.from(`[${Rows.join(rows, start, Math.min(rows.count, start + limit))}]`)
    pages.push({ body, etag: `"${createHash("sha1").update(body).digest("base64url")}"` })
  }
  return pages
}

const users = Generate.users(size)
const messages = Generate.messages(size)
const original: Answers = new Map([
  ["/users", pagesOf(users)],
  ["/messages", pagesOf(messages)]
])
let answers = original

const changes: Readonly<Record<string, () => Answers>> = {
  none: () => original,
  newest: () => changed((index) => index >= users.count * 0.99),
  spread: () => changed((index) => index % 100 === 0)
}
const changed = (isChanged: (index: number) => boolean): Answers =>
  new Map([
    ["/users", pagesOf(changedUsers(users, isChanged))],
    ["/messages", pagesOf(moreMessages(messages), original.get("/messages"))]
  ])

const none: Page = { body: Buffer.from("[]"), etag: '"none"' }

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://bench")
  const pages = answers.get(pathname)
  if (pages === undefined || Number(searchParams.get("limit")) !== limit) {
    response
      .writeHead(400, { "content-type": "application/json" })
      .end('{"error":"no such path, or another limit than --page"}')
    return
  }
  const { body, etag } = pages[Number(searchParams.get("page")) - 1] ?? none
  if (request.headers["if-none-match"] === etag) response.writeHead(304, { etag }).end()
  else response.writeHead(200, { "content-type": "application/json", "content-length": body.length, etag }).end(body)
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (typeof address === "object" && address !== null) process.send?.(`http://127.0.0.1:${address.port}`)
})
const made = new Map<string, Answers>()
process.on("message", (what) => {
  const name = String(what)
  answers = made.get(name) ?? changes[name]?.() ?? original
  made.set(name, answers)
  process.send?.("done")
})
process.on("disconnect", () => process.exit())
