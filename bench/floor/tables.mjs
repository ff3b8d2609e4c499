// The tables that Sluice makes, as a loader by hand needs to know them.
import { createHash } from "node:crypto"

export const masks = { city: "sensitive_city_ids", zipcode: "sensitive_zipcode_ids", profession: "sensitive_profession_ids" }
export const tables = {
  users_raw: {
    columns:
      "user_id:id created_at:time updated_at:time city_id:int? zipcode_id:int? profession_id:int? country:text128? email_domain:text253? birth_year:int? gender:text64? is_smoking:bool? income:money? loaded_at:time",
    key: ["user_id"],
    indexes: [["country"]]
  },
  subscriptions_raw: {
    columns:
      "user_id:id position:int created_at:time start_date:time? end_date:time? status:text64 amount:money? loaded_at:time",
    key: ["user_id", "position"],
    indexes: [["status", "end_date"], ["created_at"]]
  },
  messages_raw: {
    columns: "id:id created_at:time sender_id:id receiver_id:id loaded_at:time",
    key: ["id"],
    indexes: [["sender_id", "created_at"], ["receiver_id"], ["created_at"]]
  }
}
export const columnsOf = (table) =>
  tables[table].columns.split(" ").map((column) => {
    const [, name, type, length, nullable] = /^(\w+):([a-z]+)(\d*)(\??)$/.exec(column)
    return { name, type: type === "id" ? "text" : type, length: length || "64", nullable: nullable !== "" }
  })

/** Ids of values that have been seen, and the rows of those that are new. */
export const makeMask = (known) => {
  const ids = new Map(known)
  const added = []
  return {
    id: (value) => {
      if (value === null || value === undefined) return null
      const id = ids.get(value)
      if (id !== undefined) return id
      const next = ids.size + 1
      ids.set(value, next)
      added.push([next, value, createHash("sha256").update(value).digest()])
      return next
    },
    added
  }
}

export const eachMask = async (make) => {
  const made = {}
  for (const column of Object.keys(masks)) made[column] = await make(column)
  return made
}

export const domainOf = (email) => {
  const at = email.lastIndexOf("@")
  return at < 0 ? null : email.slice(at + 1).toLowerCase()
}

/** `2024-03-01T09:30:00.000Z` as `2024-03-01 09:30:00.000`. */
export const time = (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 23)}`
export const timeOrNull = (iso) => (iso === null ? null : time(iso))
