import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Asset from "../asset/Asset.ts"

/** The error of the failing fixtures. */
export class FixtureFailed extends Schema.TaggedError<FixtureFailed>()("FixtureFailed", { retryable: Schema.Boolean }) {
  override get message() {
    return "the fixture was told to fail"
  }
}

const a = Asset.make("a", { materialize: () => Effect.succeed("a") })
const below = <const Name extends string, Up extends Asset.Upstreams>(name: Name, upstreams: Up) =>
  Asset.make(name, {
    upstreams,
    materialize: (inputs) => Effect.succeed(`${name}(${Object.values(inputs).join(",")})`)
  })

/** a → b → c */
export const chain = () => {
  const b = below("b", { a })
  return [a, b, below("c", { b })] as const
}

/** a → b, c → d */
export const diamond = () => {
  const b = below("b", { a })
  const c = below("c", { a })
  return [a, b, c, below("d", { b, c })] as const
}

/** `count` assets without upstreams. */
export const wide = (count: number): ReadonlyArray<Asset.Any> =>
  Array.from({ length: count }, (_, i) => Asset.make(`w${i}`, { materialize: () => Effect.succeed(i) }))

/** a → bad → c, and a → d. bad fails. */
export const failing = (retryable = false) => {
  const bad = Asset.make("bad", {
    upstreams: { a },
    materialize: () => new FixtureFailed({ retryable })
  })
  return [a, bad, below("c", { bad }), below("d", { a })] as const
}

/** x → y → z → x. The compiler refuses this in a typed definition. */
export const cyclic = (): ReadonlyArray<Asset.Any> => {
  const upstreamsOfX: Record<string, Asset.Any> = {}
  const x = below("x", upstreamsOfX)
  const y = below("y", { x })
  const z = below("z", { y })
  upstreamsOfX["z"] = z
  return [x, y, z]
}
