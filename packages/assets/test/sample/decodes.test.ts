import { expect, it } from "@effect/vitest"
import { type Decoder, isRejection, type Rejection } from "@sluice/core/source/Decoder"
import * as Message from "../../src/domain/Message.ts"
import * as User from "../../src/domain/User.ts"
import * as dataset from "../../src/sample/dataset.ts"
import * as Generate from "../../src/sample/generate.ts"
import type { Rows } from "../../src/sample/Rows.ts"

const generated = { users: 3000, messages: 3000, seed: 11 }

it("every row of the sample API decodes: a first run has nothing to warn of", () => {
  expect({
    users: rejections(User.decoder, dataset.users),
    messages: rejections(Message.decoder, dataset.messages),
    generatedUsers: rejections(User.decoder, Generate.users(generated)),
    generatedMessages: rejections(Message.decoder, Generate.messages(generated))
  }).toStrictEqual({ users: [], messages: [], generatedUsers: [], generatedMessages: [] })
})

const rejections = (decoder: Decoder<object>, rows: Rows): ReadonlyArray<Rejection> =>
  Array.from({ length: rows.count }, (_, index) => decoder.decode(JSON.parse(rows.json(index)))).filter(isRejection)
