/** The result of applying changes to a table: its rows now, the deleted rows and the written rows. */
export interface Amended {
  readonly rows: number
  readonly deleted: number
  readonly written: number
}
