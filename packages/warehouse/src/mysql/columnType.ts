import type * as Column from "@sluice/core/relation/Column"

/** `VARCHAR(20) NOT NULL` */
export const columnType = (column: Column.Any): string => `${typeName(column.type)}${column.nullable ? "" : " NOT NULL"}`

const typeName = (type: Column.ColumnType): string => {
  switch (type._tag) {
    case "Text":
      return `VARCHAR(${type.maxLength})`
    case "LongText":
      return "LONGTEXT"
    case "Integer":
      return "BIGINT"
    case "Decimal":
      return `DECIMAL(${type.precision},${type.scale})`
    case "Boolean":
      return "BOOLEAN"
    case "Timestamp":
      return "DATETIME(3)"
    case "Day":
      return "DATE"
  }
}
