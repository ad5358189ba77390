export { retainBaseline } from './retain-baseline.ts'
export { retainInputs } from './retained-inputs.ts'
export { sentInputs } from './sent-inputs.ts'
export { takeExamples } from './take-examples.ts'
