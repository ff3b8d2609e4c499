import * as Column from "@sluice/core/relation/Column"
import { idLength } from "../domain/limits.ts"

/** The API's id of a user. */
export const userId = Column.id("user", Column.text(idLength))

/** The API's id of a message. */
export const messageId = Column.id("message", Column.text(idLength))
