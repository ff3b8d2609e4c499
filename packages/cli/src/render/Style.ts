/** The capabilities of the output. */
export interface Abilities {
  readonly colour: boolean
  /** Whether the output can show more than ASCII. */
  readonly unicode: boolean
  /** The width in columns. Infinite if the output has no width. */
  readonly columns: number
  /** The words that start the program, as a person types them: `npx sluice`. */
  readonly program: string
}

/** Decorates text. Without colour, each function returns its text unchanged. */
export interface Style extends Abilities {
  /** Rewrites the commands in a message as they are typed here. Messages name them neutrally, in backticks: `sluice list`. */
  readonly worded: (text: string) => string
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
  readonly marks: Marks
}

export type Paint = (text: string) => string

/** Signs of one column each. Without Unicode, words. */
export interface Marks {
  readonly ok: string
  readonly failed: string
  readonly skipped: string
  readonly retry: string
  readonly warning: string
  readonly loaded: string
  readonly unchanged: string
  readonly running: string
  readonly separator: string
  readonly ellipsis: string
  readonly none: string
  /** Before a lower bound. */
  readonly atLeast: string
  readonly rule: string
  /** The frames of a spinner. */
  readonly spinner: ReadonlyArray<string>
}

export const make = (abilities: Abilities): Style => {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      abilities.colour && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return {
    ...abilities,
    worded: (text) => text.replaceAll("`sluice ", () => `\`${abilities.program} `),
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    marks: abilities.unicode ? unicode : ascii
  }
}

const unicode: Marks = {
  ok: "✓",
  failed: "✗",
  skipped: "–",
  retry: "⟳",
  warning: "!",
  loaded: "↺",
  unchanged: "=",
  running: "▸",
  separator: "·",
  ellipsis: "…",
  none: "∅",
  atLeast: "≥ ",
  rule: "─",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
}

const ascii: Marks = {
  ok: "+",
  failed: "x",
  skipped: "-",
  retry: "~",
  warning: "!",
  loaded: "@",
  unchanged: "=",
  running: ">",
  separator: "|",
  ellipsis: "~",
  none: "NULL",
  atLeast: ">= ",
  rule: "-",
  spinner: ["|", "/", "-", "\\"]
}

/** No colour, Unicode, 80 columns. Tests and documentation use it. */
export const plain: Style = make({ colour: false, unicode: true, columns: 80, program: "sluice" })
