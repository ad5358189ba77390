import { followFaultPlans } from '@homing/testkit/fault-plan'

import '@homing/sdk/host-worker'

followFaultPlans()
