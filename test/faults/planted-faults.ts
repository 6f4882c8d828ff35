import { channelFaults } from "./channel-faults.ts"
import { deliveryFaults } from "./delivery-faults.ts"
import { lobbyFaults } from "./lobby-faults.ts"
import type { PlantedFault } from "./planted-fault.ts"
import { sweepFaults } from "./sweep-faults.ts"
import { truthFaults } from "./truth-faults.ts"

/** Every way to break a rule on purpose that a named test notices (docs/guarantees.md). */
export const plantedFaults: ReadonlyArray<PlantedFault> = [
  ...truthFaults,
  ...lobbyFaults,
  ...sweepFaults,
  ...deliveryFaults,
  ...channelFaults
]
