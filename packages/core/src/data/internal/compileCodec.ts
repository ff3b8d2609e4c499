import * as Option from "effect/Option"
import * as AST from "effect/SchemaAST"
import { unsafeCast } from "../../internal/unsafeCast.ts"
import type { Cursor, Sink } from "../Packed.ts"
import { Pii } from "../Pii.ts"
import { kindAnnotation } from "./kindAnnotation.ts"
import {
  bigint,
  boolean,
  type Compiled,
  constant,
  date,
  missing,
  nothing,
  number,
  personal,
  type Read,
  string
} from "./leafCodecs.ts"

/** Compiles the `Type` side of a schema to plain closures. Throws, with the path, for a schema that it cannot keep. */
export const compile = (ast: AST.AST): Compiled => at(ast, "row", new Map())

const at = (ast: AST.AST, path: string, recursive: Map<AST.AST, Compiled>): Compiled => {
  switch (ast._tag) {
    case "StringKeyword":
    case "TemplateLiteral":
      return string
    case "NumberKeyword":
      return number
    case "BooleanKeyword":
      return boolean
    case "BigIntKeyword":
      return bigint
    case "UndefinedKeyword":
    case "VoidKeyword":
      return missing
    case "Literal":
      return ast.literal === null ? nothing : constant(ast.literal)
    case "Enums":
      return union(
        ast.enums.map(([, value]) => constant(value)),
        path
      )
    case "Refinement":
      return at(ast.from, path, recursive)
    case "Transformation":
      return at(ast.to, path, recursive)
    case "Declaration":
      return declaration(ast, path)
    case "Union":
      return union(
        ast.types.map((type) => at(type, path, recursive)),
        path
      )
    case "TupleType":
      return tuple(ast, path, recursive)
    case "TypeLiteral":
      return object(ast, path, recursive)
    case "Suspend":
      return suspended(ast, path, recursive)
    default:
      return refuse(path, `${ast} cannot be kept`)
  }
}

const refuse = (path: string, reason: string): never => {
  throw new Error(`No codec can be derived: ${path}: ${reason}.`)
}

const declaration = (ast: AST.Declaration, path: string): Compiled => {
  const kind = AST.getAnnotation<string>(ast, kindAnnotation)
  if (Option.isSome(kind)) return personal(kind.value)
  return Option.contains(AST.getIdentifierAnnotation(ast), "DateFromSelf") ? date : refuse(path, `${ast} cannot be kept`)
}

/**
 * A member that is one text, beside null or undefined, is written as one text or null. Other unions write the member's index
 * before the value.
 */
const union = (all: ReadonlyArray<Compiled>, path: string): Compiled => {
  const members = [...new Set(all)]
  if (members.some((member, i) => members.slice(i + 1).some((other) => !canTellApart(member, other)))) {
    refuse(path, "two members of a union cannot be told apart. Give each of its structs a field with a literal of its own")
  }
  const is = (value: unknown) => members.some((member) => member.is(value))
  const shape = "union"
  const [absent] = members.filter((member) => member === nothing || member === missing)
  const [present] = members.filter((member) => member !== absent)
  if (members.length === 2 && absent !== undefined && present?.readingOrNull !== undefined) {
    return { ...orAbsent(present.write, present.readingOrNull, absent === nothing ? null : undefined), is, shape }
  }
  return {
    write: (value, sink) => {
      const index = members.findIndex((member) => member.is(value))
      sink.put(String(index))
      members[index]?.write(value, sink)
    },
    reading: () => {
      const reads = members.map(({ reading }) => reading())
      return (cursor) => reads[Number(cursor.text())]?.(cursor)
    },
    is,
    shape
  }
}

const orAbsent = (write: Compiled["write"], readingOrNull: () => Read, absent: null | undefined) => ({
  write: (value: unknown, sink: Sink) => (value === absent ? sink.put(null) : write(value, sink)),
  reading:
    absent === null
      ? readingOrNull
      : () => {
          const read = readingOrNull()
          return (cursor: Cursor) => read(cursor) ?? absent
        }
})

const canTellApart = (one: Compiled, other: Compiled): boolean => {
  const vague = [suspendedShape, "union"]
  const isLeaf = ({ shape }: Compiled) => ![...vague, "array", "object"].includes(shape)
  if (vague.includes(one.shape) || vague.includes(other.shape)) return isLeaf(one) !== isLeaf(other)
  if (one.shape !== other.shape) return true
  return [...(one.literals ?? [])].some(
    ([name, value]) => other.literals?.has(name) === true && other.literals.get(name) !== value
  )
}

const suspendedShape = "suspended"

/** A schema that contains itself: compiled at its first occurrence, then looked up. */
const suspended = (ast: AST.Suspend, path: string, recursive: Map<AST.AST, Compiled>): Compiled => {
  const known = recursive.get(ast)
  if (known !== undefined) return known
  let inner: Compiled | undefined
  const found = (): Compiled => inner ?? refuse(path, "it contains nothing but itself")
  const compiled: Compiled = {
    write: (value, sink) => found().write(value, sink),
    reading: () => {
      let read: Read | undefined
      return (cursor) => {
        read ??= found().reading()
        return read(cursor)
      }
    },
    is: (value) => found().is(value),
    shape: suspendedShape
  }
  recursive.set(ast, compiled)
  inner = at(ast.f(), path, recursive)
  return compiled
}

const tuple = (ast: AST.TupleType, path: string, recursive: Map<AST.AST, Compiled>): Compiled => {
  const [rest, ...afterRest] = ast.rest
  if (rest !== undefined && ast.elements.length === 0 && afterRest.length === 0) {
    return array(at(rest.type, `${path}[]`, recursive))
  }
  if (rest !== undefined || ast.elements.some(({ isOptional }) => isOptional)) {
    refuse(path, "a tuple with optional or rest elements cannot be kept")
  }
  const elements = ast.elements.map(({ type }, i) => at(type, `${path}[${i}]`, recursive))
  return {
    write: (value, sink) => {
      const values = unsafeCast<ReadonlyArray<unknown>>(value)
      for (const [i, element] of elements.entries()) element.write(values[i], sink)
    },
    reading: () => {
      const reads = elements.map(({ reading }) => reading())
      return (cursor) => reads.map((read) => read(cursor))
    },
    is: Array.isArray,
    shape: "array"
  }
}

const array = (element: Compiled): Compiled => ({
  write: (value, sink) => {
    const values = unsafeCast<ReadonlyArray<unknown>>(value)
    sink.put(String(values.length))
    for (const each of values) element.write(each, sink)
  },
  reading: () => {
    const read = element.reading()
    return (cursor) => {
      const values: Array<unknown> = []
      for (let left = Number(cursor.text()); left > 0; left--) values.push(read(cursor))
      return values
    }
  },
  is: Array.isArray,
  shape: "array"
})

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Pii)

const object = (ast: AST.TypeLiteral, path: string, recursive: Map<AST.AST, Compiled>): Compiled => {
  const [index, ...others] = ast.indexSignatures
  if (index === undefined) return struct(ast, path, recursive)
  if (others.length > 0 || ast.propertySignatures.length > 0 || AST.isSymbolKeyword(index.parameter)) {
    refuse(path, "a record with symbols, with fields, or with two types of keys cannot be kept")
  }
  return record(at(index.type, `${path}[key]`, recursive))
}

const record = (element: Compiled): Compiled => ({
  write: (value, sink) => {
    const entries = Object.entries(unsafeCast<Readonly<Record<string, unknown>>>(value))
    sink.put(String(entries.length))
    for (const [key, each] of entries) {
      sink.put(key)
      element.write(each, sink)
    }
  },
  reading: () => {
    const read = element.reading()
    return (cursor) => {
      const entries: Array<[string, unknown]> = []
      for (let left = Number(cursor.text()); left > 0; left--) entries.push([cursor.text(), read(cursor)])
      return Object.fromEntries(entries)
    }
  },
  is: isObject,
  shape: "object"
})

const struct = (ast: AST.TypeLiteral, path: string, recursive: Map<AST.AST, Compiled>): Compiled => {
  const fields = ast.propertySignatures.map(({ isOptional, name, type }) => {
    if (typeof name === "symbol") return refuse(path, `the symbol ${String(name)} cannot be a field`)
    return { name, isOptional, type: at(type, `${path}.${name}`, recursive), ast: type }
  })
  const literals = new Map(
    fields.flatMap(({ ast, isOptional, name }) => (isOptional || !AST.isLiteral(ast) ? [] : [[String(name), ast.literal]]))
  )
  return {
    write: (value, sink) => {
      const row = unsafeCast<Readonly<Record<string, unknown>>>(value)
      for (const { isOptional, name, type } of fields) {
        if (isOptional) {
          const isThere = name in row
          sink.put(isThere ? "" : null)
          if (!isThere) continue
        }
        type.write(row[name], sink)
      }
    },
    reading: () => {
      const reads = fields.map(({ isOptional, name, type }) => ({ isOptional, name, read: type.reading() }))
      return (cursor) => {
        const row: Record<string, unknown> = {}
        for (const { isOptional, name, read } of reads) {
          if (isOptional && cursor.orNull() === null) continue
          row[name] = read(cursor)
        }
        return row
      }
    },
    is: (value) => isObject(value) && [...literals].every(([name, literal]) => value[name] === literal),
    shape: "object",
    literals
  }
}
