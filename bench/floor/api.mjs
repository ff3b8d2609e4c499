import { Agent, get } from "node:http"
import { options } from "./options.mjs"

const pageSize = Number(options.page)
const agent = new Agent({ keepAlive: true })

/** Reads the API to its end and hands over users, subscriptions and messages, a page at a time. */
export const read = async (take) => {
  const users = async () => {
    for await (const rows of pagesOf("users")) await take.users(rows)
  }
  const messages = async () => {
    for await (const rows of pagesOf("messages")) await take.messages(rows)
  }
  await Promise.all([users(), messages()])
}

/** Closes the connections that are kept. */
export const close = () => agent.destroy()

const fetchPage = (name, page) =>
  new Promise((resolve, reject) => {
    get(`${options.api}/${name}?page=${page}&limit=${pageSize}`, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`GET /${name} answered ${response.statusCode}`))
      const parts = []
      response.on("data", (part) => parts.push(part))
      response.on("end", () => resolve(Buffer.concat(parts)))
      response.on("error", reject)
    }).on("error", reject)
  })

/**
 * Messages of a page whose text has just this form, what they say passed over; undefined for any other. Two thirds of the
 * work of JSON.parse: `[{"id":"1","createdAt":"…","message":"…","receiverId":"2","senderId":"3"},…]`.
 */
const scanMessages = (page) => {
  const rows = []
  let at = 1
  while (page.startsWith('{"id":"', at)) {
    const id = page.indexOf('"', at + 7)
    const message = page.indexOf('"', id + 15)
    const end = page.indexOf('","receiverId":"', message)
    const receiver = page.indexOf('"', end + 16)
    const sender = page.indexOf('"', receiver + 14)
    if (!page.startsWith('","createdAt":"', id) || !page.startsWith('","message":"', message) || end < 0) return undefined
    if (!page.startsWith('","senderId":"', receiver) || !page.startsWith('"}', sender)) return undefined
    const row = {
      id: page.slice(at + 7, id),
      createdAt: page.slice(id + 15, message),
      receiverId: page.slice(end + 16, receiver),
      senderId: page.slice(receiver + 14, sender)
    }
    if (row.id.includes("\\") || row.receiverId.includes("\\") || row.senderId.includes("\\")) return undefined
    rows.push(row)
    at = sender + 3
  }
  return at >= page.length ? rows : undefined
}

async function* pagesOf(name) {
  let next = fetchPage(name, 1)
  for (let page = 1; ; page++) {
    const body = await next
    const text = body.toString()
    const rows = (name === "messages" ? scanMessages(text) : undefined) ?? JSON.parse(text)
    if (rows.length === pageSize) next = fetchPage(name, page + 1)
    if (rows.length > 0) yield rows
    if (rows.length < pageSize) return
  }
}
