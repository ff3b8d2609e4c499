/** A page that can be rendered as text or as Markdown. */
export interface Document {
  readonly title: string
  readonly sections: ReadonlyArray<Section>
}

export interface Section {
  readonly title: string
  readonly blocks: ReadonlyArray<Block>
}

/** Text may have `names in backticks`. */
export type Block =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Findings"; readonly items: ReadonlyArray<Finding> }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<{ readonly title: string; readonly text: string }> }
  | Table

/** A finding and its severity. */
export interface Finding {
  readonly mark: "ok" | "warning" | "failed"
  readonly text: string
}

export interface Table {
  readonly _tag: "Table"
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<ReadonlyArray<string | Bar>>
}

export interface Column {
  readonly title: string
  /** Aligned to the right. */
  readonly numeric?: boolean
}

/** A bar for a share from 0 to 1. */
export interface Bar {
  readonly share: number
}

export const text = (words: string): Block => ({ _tag: "Text", text: words })
export const findings = (...items: ReadonlyArray<Finding>): Block => ({ _tag: "Findings", items })
export const list = (items: Extract<Block, { readonly _tag: "List" }>["items"]): Block => ({ _tag: "List", items })
export const table = (columns: Table["columns"], rows: Table["rows"]): Block => ({ _tag: "Table", columns, rows })

/** Draws a bar of at most `length` characters. A share above 0 has at least one. */
export const drawn = ({ share }: Bar, length: number, character: string): string =>
  character.repeat(share <= 0 ? 0 : Math.max(1, Math.round(share * length)))
