import type { SqlDialect } from "../sql/SqlDialect.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlServer } from "./MysqlServer.ts"

/** An identifier in backticks. */
export const quote = (identifier: string): string => `\`${identifier.replaceAll("`", "``")}\``

/** The end of a CREATE TABLE. Texts are compared byte by byte, whatever the database's own collation is. */
export const tableOptions = (server: MysqlServer): string =>
  `ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${server.collation}`

/** The dialect of MySQL and MariaDB for the portable adapters. It uses only syntax that both understand. */
export const dialect = (server: MysqlServer): SqlDialect => ({
  name: "mysql",
  quote,
  table: quote,
  types: {
    text: (maxLength) => `VARCHAR(${maxLength})`,
    longText: "LONGTEXT",
    integer: "BIGINT",
    double: "DOUBLE",
    bytes: "LONGBLOB",
    hash: "BINARY(32)"
  },
  now: "CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')",
  columnsOf: (table) =>
    `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '${table}'`,
  insertionOrder: { column: "number", type: "BIGINT NOT NULL AUTO_INCREMENT UNIQUE" },
  tableOptions: tableOptions(server),
  forUpdate: " FOR UPDATE",
  insertIgnore: "INSERT IGNORE INTO",
  upsert: (_keys, columns) =>
    `ON DUPLICATE KEY UPDATE ${columns.map((column) => `${quote(column)} = VALUES(${quote(column)})`).join(", ")}`,
  exactText: (column) => column,
  maxParameters: 65_535,
  maxBytes: Math.floor(server.maxPacket / 4),
  translate: (operation, error) => statementFailed(operation)(error)
})
