import * as Either from "effect/Either"
import { didYouMean } from "../suggest.ts"
import * as Selection from "./Selection.ts"
import { SelectionInvalid } from "./SelectionInvalid.ts"

/**
 * Parses a selection. Traversal binds closest, then `not`, `and`, `or`. A comma is a union, like `or`.
 *
 *     expr := term | not expr | expr and expr | expr or expr | (expr)
 *     term := [N]+ atom +[N]
 *     atom := * | name | "quoted" | name* | key: | group: | tag:k[=v] | kind: | owner: | column: | partition:
 *           | status: | state: | sinks(expr) | roots(expr) | (expr)
 *
 * The error shows the expression, with a caret below the fault.
 */
export const parse = (text: string): Either.Either<Selection.Selection, SelectionInvalid> => {
  const tokens = tokenize(text)
  let at = 0
  const peek = (): Token => tokens[at] ?? { _tag: "End", at: text.length, text: "" }
  const next = (): Token => {
    const token = peek()
    at++
    return token
  }
  const takes = (symbol: string): boolean => {
    const found = peek()._tag === "Symbol" && peek().text === symbol
    if (found) at++
    return found
  }

  const union = (): Selection.Selection => {
    let left = intersection()
    while (isWord(peek(), "or") || (peek()._tag === "Symbol" && peek().text === ",")) {
      next()
      left = Selection.or(left, intersection())
    }
    return left
  }
  const intersection = (): Selection.Selection => {
    let left = negation()
    while (isWord(peek(), "and")) {
      next()
      left = Selection.and(left, negation())
    }
    return left
  }
  const negation = (): Selection.Selection => {
    if (!isWord(peek(), "not")) return term()
    next()
    return Selection.not(negation())
  }
  const term = (): Selection.Selection => {
    let up = 0
    const depth = peek()
    if (depth._tag === "Word" && /^\d+$/.test(depth.text) && tokens[at + 1]?.text === "+") {
      next()
      next()
      up = Number(depth.text)
    } else if (takes("+")) up = Number.POSITIVE_INFINITY
    const inner = atom()
    if (!takes("+")) return up === 0 ? inner : Selection.traversal(up, inner, 0)
    const below = peek()
    if (below._tag !== "Word" || !/^\d+$/.test(below.text) || below.spaced) {
      return Selection.traversal(up, inner, Number.POSITIVE_INFINITY)
    }
    next()
    return Selection.traversal(up, inner, Number(below.text))
  }
  const atom = (): Selection.Selection => {
    const token = next()
    if (token._tag === "Symbol" && token.text === "(") {
      const inner = union()
      if (!takes(")")) throw new Fault(peek(), `")" is missing`)
      return inner
    }
    if (token._tag === "Quoted") return Selection.name(token.text)
    if (token._tag !== "Word" || isReserved(token.text))
      throw new Fault(token, "an asset, a wildcard or key:value is expected")
    if ((token.text === "sinks" || token.text === "roots") && takes("(")) {
      const inner = union()
      if (!takes(")")) throw new Fault(peek(), `")" is missing`)
      return token.text === "sinks" ? Selection.sinks(inner) : Selection.roots(inner)
    }
    if (takes(":")) return attribute(token)
    if (token.text === "*") return Selection.all
    return token.text.includes("*") ? Selection.wildcard(token.text) : Selection.name(token.text)
  }
  const attribute = (key: Token): Selection.Selection => {
    const known = Selection.attributeKeys.find((each) => each === key.text)
    if (known === undefined)
      throw new Fault(key, `there is no "${key.text}:".${didYouMean(key.text, Selection.attributeKeys)}`)
    const value = next()
    if (value._tag !== "Word" && value._tag !== "Quoted") throw new Fault(value, `a value is expected after "${known}:"`)
    if (known !== "tag" || !takes("=")) return Selection.attribute(known, value.text)
    const tagValue = next()
    if (tagValue._tag !== "Word" && tagValue._tag !== "Quoted") throw new Fault(tagValue, `a value is expected after "="`)
    return Selection.attribute(known, value.text, tagValue.text)
  }

  try {
    const selection = union()
    if (peek()._tag !== "End") throw new Fault(peek(), "and, or, a comma or the end is expected")
    return Either.right(selection)
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    return Either.left(new SelectionInvalid({ problems: [`${text}\n${" ".repeat(fault.token.at)}^ ${fault.reason}`] }))
  }
}

/** Parses the words of a command line. Each word is an expression, and the selection is their union. */
export const parseAll = (
  words: readonly [string, ...ReadonlyArray<string>]
): Either.Either<Selection.Selection, SelectionInvalid> => {
  const [first, ...rest] = words
  return rest.reduce(
    (left, word) => Either.flatMap(left, (before) => Either.map(parse(word), (after) => Selection.or(before, after))),
    parse(first)
  )
}

/** Writes a selection so that parsing returns the same selection. Adds only the necessary parentheses. */
export const print = (selection: Selection.Selection): string => {
  switch (selection._tag) {
    case "All":
      return "*"
    case "Name":
      return quoted(selection.name)
    case "Wildcard":
      return selection.pattern
    case "Attribute": {
      const value = `${selection.key}:${quoted(selection.value, true)}`
      return selection.tagValue === undefined ? value : `${value}=${quoted(selection.tagValue, true)}`
    }
    case "Traversal": {
      const depth = (steps: number) => (steps === Number.POSITIVE_INFINITY ? "" : String(steps))
      const up = selection.up === 0 ? "" : `${depth(selection.up)}+`
      const down = selection.down === 0 ? "" : `+${depth(selection.down)}`
      return `${up}${within(selection.of, 4)}${down}`
    }
    case "Not":
      return `not ${within(selection.of, 3)}`
    case "And":
      return `${within(selection.left, 2)} and ${within(selection.right, 3)}`
    case "Or":
      return `${within(selection.left, 1)} or ${within(selection.right, 2)}`
    case "Ends":
      return `${selection.which}(${print(selection.of)})`
  }
}

/** The precedence of each form. A form below the precedence of its surroundings gets parentheses. */
const closeness = { Or: 1, And: 2, Not: 3, Traversal: 3.5, All: 4, Name: 4, Wildcard: 4, Attribute: 4, Ends: 4 } as const

const within = (selection: Selection.Selection, least: number): string =>
  closeness[selection._tag] < least ? `(${print(selection)})` : print(selection)

const plain = /^[A-Za-z_][\w./@-]*$/
const plainWithStars = /^[\w*./@-]+$/

const quoted = (text: string, stars = false): string =>
  (stars ? plainWithStars : plain).test(text) && !isReserved(text) ? text : `"${text.replace(/[\\"]/g, "\\$&")}"`

const isReserved = (word: string): boolean => word === "and" || word === "or" || word === "not"

const isWord = (token: Token, word: string): boolean => token._tag === "Word" && token.text === word

interface Token {
  readonly _tag: "Word" | "Quoted" | "Symbol" | "Unknown" | "End"
  readonly at: number
  readonly text: string
  /** Whether white space precedes it. */
  readonly spaced?: boolean
}

class Fault {
  readonly token: Token
  readonly reason: string
  constructor(token: Token, reason: string) {
    this.token = token
    this.reason = token._tag === "Unknown" ? `${token.text} cannot stand here` : reason
  }
}

const tokenize = (text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  const pattern = /(\s+)|"((?:[^"\\]|\\.)*)"|([\w*./@-]+)|([+():,=])|(.)/gsu
  let spaced = false
  for (const match of text.matchAll(pattern)) {
    const [whole, space, quotedText, word, symbol] = match
    const at = match.index
    if (space !== undefined) {
      spaced = true
      continue
    }
    if (quotedText !== undefined) tokens.push({ _tag: "Quoted", at, text: quotedText.replace(/\\(.)/gs, "$1"), spaced })
    else if (word !== undefined) tokens.push({ _tag: "Word", at, text: word, spaced })
    else tokens.push({ _tag: symbol === undefined ? "Unknown" : "Symbol", at, text: whole, spaced })
    spaced = false
  }
  return tokens
}
