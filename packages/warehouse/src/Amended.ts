/** What changes have done to a table: the rows that it has now, those that they took away, and those that they brought. */
export interface Amended {
  readonly rows: number
  readonly deleted: number
  readonly written: number
}
