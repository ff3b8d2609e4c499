import * as Column from "@sluice/core/relation/Column"

export const userId = Column.id("user", Column.text(36))
export const productId = Column.id("product", Column.text(36))
export const currency = Column.branded("currency", Column.text(3))
export const region = Column.text(2)
