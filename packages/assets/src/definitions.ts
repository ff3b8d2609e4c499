import * as Definitions from "@sluice/core/definitions/Definitions"
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
import { commands } from "./commands/commands.ts"
import * as Generalisation from "./privacy/Generalisation.ts"
import * as RecordOfProcessing from "./privacy/RecordOfProcessing.ts"
import { residualRisks } from "./privacy/residualRisks.ts"
import * as SparkOrigin from "./SparkOrigin.ts"
import * as SparkResources from "./SparkResources.ts"
import * as SparkSettings from "./SparkSettings.ts"

/** The whole pipeline: from the API's users and messages to tables and views that analysts can query. */
export default Definitions.make({
  name: "spark",
  description: "users and messages from an API to tables that analysts can query, without personal data",
  assets: [
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
  ],
  settings: SparkSettings.settings,
  resources: SparkResources.layer,
  origin: SparkOrigin.of,
  rowsDependOn: (settings) => ({ users_raw: Generalisation.text(SparkSettings.generalisationOf(settings)) }),
  privacy: (settings) => {
    const policy = SparkSettings.generalisationOf(settings)
    return { record: RecordOfProcessing.entries(policy), residualRisks, rareBelow: policy.emailDomainMin }
  },
  personSources: ["users"],
  commands
})
