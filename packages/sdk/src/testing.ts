export {
  contractManifest,
  type ContractModel,
  denseExpected,
  denseKernel,
  denseParameters,
} from './testing/dense-layer.ts'
export { type ContractCase, type ContractSubject, engineContract } from './testing/engine-contract.ts'
