import { serveEngine } from '../src/engine.ts'
import { followEngineFaults } from './follow-engine-faults.ts'
import { linearEngine } from './linear-engine.ts'

// An engine that starts in a moment, under the name that the app gives it, with every backend.
const linear = linearEngine()
followEngineFaults()
serveEngine(() => ({ ...linear, start: () => linear.start('cpu') }))
