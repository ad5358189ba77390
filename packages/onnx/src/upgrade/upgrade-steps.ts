import { clip, dft, dropout, intsToInput, pad, slice, topK } from './rules/attributes-to-inputs.ts'
import {
  alignFromBack,
  alignSlopes,
  alwaysBroadcast,
  factorsOfAllAxes,
  onlyInference,
  outputsTell,
} from './rules/broadcasting.ts'
import { perChannel, perChannelOfGroups, trainingMode, withoutMask } from './rules/normalisation.ts'
import {
  factorsToInput,
  knownMapping,
  mappingToAttributes,
  renamedModes,
  unshifted,
  upsampleToResize,
} from './rules/resampling.ts'
import { oneAxis } from './rules/softmax.ts'
import { refuseUpgrade, setAttributes, type UpgradeRule } from './upgrade-rule.ts'

/** Scatter 11 has another name. */
const scatter: UpgradeRule = (node) => {
  node.opType = 'ScatterElements'
  return [node]
}

/** Scan 9 lost its batch axis. */
const scan: UpgradeRule = (node) => refuseUpgrade(node, 'it scans batches')

/** Split 18: equal parts are counted by an attribute. */
const countedParts: UpgradeRule = (node) => {
  if (!node.input[1]) setAttributes(node, { num_outputs: node.output.length })
  return [node]
}

const rulesFor = (operators: readonly string[], rule: UpgradeRule): Record<string, UpgradeRule> =>
  Object.fromEntries(operators.map((operator) => [operator, rule]))

const arithmetic = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'And', 'Or', 'Xor', 'Equal', 'Greater', 'Less']
const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare']

/**
 * What changed in which version of the standard operator set, other than by allowing more (ONNX, Changelog; held
 * against the schemas of onnx 1.23). Operators that are not named read the same as before.
 */
export const upgradeSteps: ReadonlyMap<number, Readonly<Record<string, UpgradeRule>>> = new Map(
  Object.entries({
    7: {
      ...rulesFor(arithmetic, alignFromBack),
      ...rulesFor(['GRU', 'LSTM', 'RNN'], outputsTell),
      BatchNormalization: onlyInference,
      Dropout: onlyInference,
      Gemm: alwaysBroadcast,
      PRelu: alignSlopes,
      Upsample: factorsOfAllAxes,
    },
    9: { BatchNormalization: perChannel, Scan: scan, Upsample: factorsToInput },
    10: { Dropout: withoutMask, Slice: slice, TopK: topK, Upsample: upsampleToResize },
    11: { Clip: clip, Pad: pad, Resize: mappingToAttributes, Scatter: scatter },
    12: { Dropout: dropout },
    13: {
      ...rulesFor(['Softmax', 'LogSoftmax', 'Hardmax'], oneAxis),
      ReduceSum: intsToInput('axes', 1),
      Resize: knownMapping,
      Split: intsToInput('split', 1),
      Squeeze: intsToInput('axes', 1),
      Unsqueeze: intsToInput('axes', 1),
    },
    14: { BatchNormalization: trainingMode },
    16: { RoiAlign: unshifted },
    18: {
      ...rulesFor(
        reductions.map((kind) => `Reduce${kind}`),
        intsToInput('axes', 1),
      ),
      Split: countedParts,
    },
    20: { DFT: dft, GridSample: renamedModes },
    21: { GroupNormalization: perChannelOfGroups },
  } satisfies Record<number, Record<string, UpgradeRule>>).map(([opset, rules]) => [Number(opset), rules]),
)
