import * as Schema from "effect/Schema"

/** A file is malformed: not UTF-8, an unclosed quote, a line without an end. */
export class FileInvalid extends Schema.TaggedError<FileInvalid>()("FileInvalid", {
  path: Schema.String,
  /** From 1. Undefined if it is not known. */
  line: Schema.UndefinedOr(Schema.Int),
  /** Continues the sentence "The file …". */
  why: Schema.String
}) {
  readonly retryable = false
  override get message() {
    const place = this.line === undefined ? "" : ` in line ${this.line}`
    return `The file ${this.path} ${this.why}${place}. Nothing was loaded. Correct the file.`
  }
}

/** The first line of a CSV file does not match the declared columns. */
export class FileHeaderInvalid extends Schema.TaggedError<FileHeaderInvalid>()("FileHeaderInvalid", {
  path: Schema.String,
  /** Declared columns that the line lacks. */
  missing: Schema.Array(Schema.String),
  /** Undeclared columns that the line names. `(other)` stands for a name that could be data. */
  unknown: Schema.Array(Schema.String),
  /** Columns that the line names more than once. */
  repeated: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    const problems = [
      ...(this.missing.length > 0 ? [`it does not name ${this.missing.join(", ")}`] : []),
      ...(this.unknown.length > 0 ? [`${this.unknown.join(", ")} is not declared`] : []),
      ...(this.repeated.length > 0 ? [`it names ${this.repeated.join(", ")} more than once`] : [])
    ]
    const skip = this.unknown.length > 0 ? " A column that is not to be loaded goes into `skip`." : ""
    return `The first line of ${this.path} must name the declared columns: ${problems.join("; ")}. Nothing was loaded. Correct the file or the schema.${skip}`
  }
}

/** Rows of a file cannot be decoded. */
export class FileRowsInvalid extends Schema.TaggedError<FileRowsInvalid>()("FileRowsInvalid", {
  path: Schema.String,
  bad: Schema.Int,
  total: Schema.Int,
  /** The first ten: `line 3: eur is not Decimal`. Never a value. */
  lines: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    const more = this.bad > this.lines.length ? `; and ${this.bad - this.lines.length} more` : ""
    return `${this.bad} of ${this.total} rows of ${this.path} cannot be decoded: ${this.lines.join("; ")}${more}. Nothing was loaded. Correct the file, or set \`badRows: "quarantine"\` to leave such rows out.`
  }
}
