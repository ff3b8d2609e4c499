// The shop's API: `node api.mjs [PORT]` serves /users, /products and /orders. Each answer is an object such as
// {"data": [...], "next_cursor": "50"}; the last one has no cursor. /orders?since=…&until=… are those of a time span.
// POST /orders adds one.
import { createServer } from "node:http"

const cities = ["Oslo", "Zürich", "København", "Leeds", "Porto"]
const currencies = ["EUR", "USD", "GBP"]
const regions = ["eu", "us", "uk"]
const time = (index) => new Date(Date.UTC(2024, 2, 1) + index * 3_600_000).toISOString()

const lists = {
  "/users": Array.from({ length: 40 }, (_, i) => ({
    id: `u${i}`,
    name: `Person ${i}`,
    email: `person${i}@example.com`,
    street: `${i} High Street`,
    city: cities[i % cities.length],
    postcode: String(10_000 + (i % 12)),
    registered_at: time(i)
  })),
  "/products": ["Kettle", "Lamp", "Chair", "Clock"].map((name, i) => ({ id: `p${i}`, name })),
  "/orders": Array.from({ length: 250 }, (_, i) => ({
    id: `o${i}`,
    user_id: `u${(i * 7) % 40}`,
    product_id: `p${i % 4}`,
    ordered_at: time(i),
    region: regions[i % 3],
    currency: currencies[i % 3],
    amount: `${10 + (i % 90)}.${String(i % 100).padStart(2, "0")}`
  }))
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://shop")
  if (request.method === "POST") lists[pathname]?.push(JSON.parse(await new Response(request).text()))
  const [since = "", until = "9"] = ["since", "until"].map((name) => searchParams.get(name) ?? undefined)
  const rows = lists[pathname]?.filter(({ ordered_at: at }) => at === undefined || (at >= since && at < until))
  const start = Number(searchParams.get("cursor") ?? 0)
  const end = start + Number(searchParams.get("limit") ?? 50)
  response.writeHead(rows === undefined ? 404 : 200, { "content-type": "application/json" })
  response.end(JSON.stringify({ data: rows?.slice(start, end), next_cursor: end < rows?.length ? String(end) : null }))
})
server.listen(Number(process.argv[2] ?? 4000), "127.0.0.1", () => {
  console.log(`The shop's API is at http://127.0.0.1:${server.address().port}`)
})
