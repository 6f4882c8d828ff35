import { acquaintanceFaults } from "./acquaintance-faults.ts"
import { allowanceFaults } from "./allowance-faults.ts"
import { channelFaults } from "./channel-faults.ts"
import { deliveryFaults } from "./delivery-faults.ts"
import { lobbyFaults } from "./lobby-faults.ts"
import { outageFaults } from "./outage-faults.ts"
import type { PlantedFault } from "./planted-fault.ts"
import { simulatorActFaults } from "./simulator-act-faults.ts"
import { simulatorAllowanceFaults } from "./simulator-allowance-faults.ts"
import { simulatorDemandFaults } from "./simulator-demand-faults.ts"
import { simulatorLineFaults } from "./simulator-line-faults.ts"
import { simulatorMenuFaults } from "./simulator-menu-faults.ts"
import { simulatorOperationFaults } from "./simulator-operation-faults.ts"
import { simulatorPushFaults } from "./simulator-push-faults.ts"
import { simulatorReplyFaults } from "./simulator-reply-faults.ts"
import { simulatorTimingFaults } from "./simulator-timing-faults.ts"
import { simulatorTokenFaults } from "./simulator-token-faults.ts"
import { sweepFaults } from "./sweep-faults.ts"
import { tellingFaults } from "./telling-faults.ts"
import { truthFaults } from "./truth-faults.ts"
import { unfollowingFaults } from "./unfollowing-faults.ts"

/** Every way to break a rule on purpose that a named test notices: of the chat (docs/guarantees.md), of the simulated WeChat (docs/wechat.md). */
export const faultLists: {
  readonly [name in "chat" | "simulator"]: ReadonlyArray<PlantedFault>
} = {
  chat: [
    ...truthFaults,
    ...lobbyFaults,
    ...acquaintanceFaults,
    ...sweepFaults,
    ...tellingFaults,
    ...outageFaults,
    ...deliveryFaults,
    ...allowanceFaults,
    ...channelFaults,
    ...unfollowingFaults
  ],
  simulator: [
    ...simulatorLineFaults,
    ...simulatorActFaults,
    ...simulatorTimingFaults,
    ...simulatorReplyFaults,
    ...simulatorTokenFaults,
    ...simulatorAllowanceFaults,
    ...simulatorPushFaults,
    ...simulatorMenuFaults,
    ...simulatorOperationFaults,
    ...simulatorDemandFaults
  ]
}

export const plantedFaults: ReadonlyArray<PlantedFault> = Object.values(faultLists).flat()
