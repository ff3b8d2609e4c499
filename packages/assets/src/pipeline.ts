import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Grants from "@sluice/core/relation/Grants"
import { activeSubscriptions } from "./assets/activeSubscriptions.ts"
import { apiMessages } from "./assets/apiMessages.ts"
import { apiUsers } from "./assets/apiUsers.ts"
import { averageSubscriptionAmountByMonth } from "./assets/averageSubscriptionAmountByMonth.ts"
import { messagesPerDay } from "./assets/messagesPerDay.ts"
import { messagesRaw } from "./assets/messagesRaw.ts"
import { messagesWithoutActiveSubscription } from "./assets/messagesWithoutActiveSubscription.ts"
import { monitorAnomalousMessages } from "./assets/monitorAnomalousMessages.ts"
import { monitorSubscriptionAnomalies } from "./assets/monitorSubscriptionAnomalies.ts"
import { sensitiveCityIds } from "./assets/sensitiveCityIds.ts"
import { sensitiveProfessionIds } from "./assets/sensitiveProfessionIds.ts"
import { sensitiveZipcodeIds } from "./assets/sensitiveZipcodeIds.ts"
import { subscriptionsRaw } from "./assets/subscriptionsRaw.ts"
import { usersRaw } from "./assets/usersRaw.ts"
import { usersWithoutMessages } from "./assets/usersWithoutMessages.ts"
import { ActiveSubscriptions } from "./tables/ActiveSubscriptions.ts"
import { AverageSubscriptionAmountByMonth } from "./tables/AverageSubscriptionAmountByMonth.ts"
import { MessagesPerDay } from "./tables/MessagesPerDay.ts"
import { MessagesRaw } from "./tables/MessagesRaw.ts"
import { MessagesWithoutActiveSubscription } from "./tables/MessagesWithoutActiveSubscription.ts"
import { MonitorAnomalousMessages } from "./tables/MonitorAnomalousMessages.ts"
import { MonitorSubscriptionAnomalies } from "./tables/MonitorSubscriptionAnomalies.ts"
import { SensitiveCityIds } from "./tables/SensitiveCityIds.ts"
import { SensitiveProfessionIds } from "./tables/SensitiveProfessionIds.ts"
import { SensitiveZipcodeIds } from "./tables/SensitiveZipcodeIds.ts"
import { SubscriptionsRaw } from "./tables/SubscriptionsRaw.ts"
import { UsersRaw } from "./tables/UsersRaw.ts"
import { UsersWithoutMessages } from "./tables/UsersWithoutMessages.ts"

/** The whole pipeline: from the API's users and messages to tables and views that analysts can query. */
export const pipeline = AssetGraph.make([
  apiUsers,
  apiMessages,
  sensitiveCityIds,
  sensitiveZipcodeIds,
  sensitiveProfessionIds,
  usersRaw,
  subscriptionsRaw,
  messagesRaw,
  messagesPerDay,
  usersWithoutMessages,
  activeSubscriptions,
  messagesWithoutActiveSubscription,
  averageSubscriptionAmountByMonth,
  monitorSubscriptionAnomalies,
  monitorAnomalousMessages
])

const tables = [UsersRaw, SubscriptionsRaw, MessagesRaw] as const
const views = [
  MessagesPerDay,
  UsersWithoutMessages,
  ActiveSubscriptions,
  MessagesWithoutActiveSubscription,
  AverageSubscriptionAmountByMonth,
  MonitorSubscriptionAnomalies,
  MonitorAnomalousMessages
] as const

/** What it keeps in the warehouse: analysts may read all of it but the mask tables. */
export const spec: Grants.WarehouseSpec = {
  tables,
  masks: [SensitiveCityIds, SensitiveZipcodeIds, SensitiveProfessionIds],
  views,
  analyst: Grants.select(...tables, ...views)
}
