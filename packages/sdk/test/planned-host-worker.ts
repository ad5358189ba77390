import { followFaultPlans } from '@homing/testkit/fault-plan'

import '../src/client/host-worker.ts'

followFaultPlans()
