import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Adopted } from "../Adopted.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Epoch from "./Epoch.ts"
import * as SqlCounters from "./SqlCounters.ts"
import { ofPipeline, type PipelineDialect } from "./SqlDialect.ts"
import * as SqlMarks from "./SqlMarks.ts"
import * as SqlMaskCounts from "./SqlMaskCounts.ts"
import * as SqlOwners from "./SqlOwners.ts"
import * as SqlPartitionMarks from "./SqlPartitionMarks.ts"
import * as SqlQuarantine from "./SqlQuarantine.ts"
import * as SqlSecrets from "./SqlSecrets.ts"
import * as SqlSuppressions from "./SqlSuppressions.ts"

/**
 * Makes a pipeline the owner of the relations that it declares and another one has, inside a transaction. The rows stay as they
 * are. The people that the other pipeline has erased stay erased; its quarantined rows go, and its history remains its own. Runs
 * of both that have begun to read are refused when they write.
 *
 * Fails if the other pipeline has none of the relations, and if both pipelines have erased people: their ids are hashed with
 * different keys, so no pipeline could recognize all of them.
 */
export const adopt = Effect.fn("SqlAdoption.adopt")(function* (
  dialect: PipelineDialect,
  from: string,
  declared: ReadonlyArray<string>
): Effect.fn.Return<Adopted, SqlError | WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const previous = ofPipeline(dialect, from)
  const owners = yield* SqlOwners.all(dialect)
  const relations = from === dialect.pipeline ? [] : declared.filter((relation) => owners.get(relation) === from)
  if (relations.length === 0) return yield* refused(`"${from}" owns no relation that "${dialect.pipeline}" declares.`)
  // In one order, whoever adopts from whom.
  for (const pipeline of [dialect, previous].sort((a, b) => (a.pipeline < b.pipeline ? -1 : 1)))
    yield* Epoch.advance(pipeline)
  const suppressed = yield* keepOut(dialect, previous)
  for (const relation of relations) {
    yield* SqlMarks.clear(previous, relation)
    yield* SqlPartitionMarks.handOver(previous, dialect, relation)
    yield* SqlCounters.move(previous, dialect, [relation, SqlMaskCounts.nameOf(relation)])
  }
  yield* SqlOwners.handOver(previous, dialect, relations)
  yield* sql`DELETE FROM ${sql.literal(dialect.table(SqlQuarantine.tableName))} WHERE pipeline = ${from}`
  return { relations, suppressed }
})

/** Keeps out the people that the other pipeline has erased, under its keys. */
const keepOut = Effect.fnUntraced(function* (dialect: PipelineDialect, previous: PipelineDialect) {
  const [own, others] = [yield* SqlSuppressions.select(dialect), yield* SqlSuppressions.select(previous)]
  if (others.length === 0) return 0
  const keysOf = (pipeline: PipelineDialect) =>
    Effect.map(SqlSecrets.stored(pipeline), (keys) => [...keys].filter(([name]) => name.startsWith("suppression")))
  const keys = yield* keysOf(previous)
  if (own.length > 0 && JSON.stringify(yield* keysOf(dialect)) !== JSON.stringify(keys)) {
    return yield* refused(
      `"${dialect.pipeline}" and "${previous.pipeline}" have both erased people, under keys of their own. Erase the people of "${previous.pipeline}" from "${dialect.pipeline}" too, undo their erasure in "${previous.pipeline}" (\`sluice erase --undo\`, run with that pipeline), and adopt again.`
    )
  }
  for (const [name, value] of keys) yield* SqlSecrets.replace(dialect, name, value)
  yield* SqlSuppressions.copy(previous, dialect)
  const { length } = yield* SqlSuppressions.select(dialect)
  yield* SqlCounters.write(dialect, SqlSuppressions.counter, length)
  return others.length
})

const refused = (detail: string) => new WarehouseFailed({ reason: "Misconfigured", operation: adopting, detail })

/** What it is called in errors. */
export const adopting = "take over what another pipeline keeps"
