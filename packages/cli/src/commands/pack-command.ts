import type { Command } from 'commander'

import { HomingError } from '@homing/protocol'

import type { BaselineConfig } from '../pack/baseline/baseline-config.ts'
import { defaultOut, pack, type PackResult } from '../pack/pack.ts'
import type { PackOptions } from '../pack/pack-options.ts'
import { describePackage } from './describe-package.ts'
import { smallPrecisions, type SmallPrecision } from '../pack/variants/variants-config.ts'
import { dimFlags, type TrainingFlags, trainingFlags } from './training-flags.ts'

type PackFlags = TrainingFlags &
  Omit<PackOptions, 'train' | 'explain' | 'dims' | 'probes' | 'quantize' | 'baseline'> & {
    readonly dims?: readonly string[]
    readonly explain?: true
    readonly probes?: true | string
    readonly quantize?: true | readonly string[]
    readonly baseline?: string
    readonly heldOut?: string
    readonly target?: string
    readonly allowNan?: true
    readonly json?: true
  }

/** Gives `command` the arguments, flags and action of `homing pack`; `tell` writes its result. */
export function packCommand(
  command: Command,
  tell: (json: true | undefined, value: PackResult, lines: () => readonly string[]) => void,
): void {
  command
    .argument('<source>', 'an ONNX file, a model.json of TensorFlow.js, a pack.json, or the folder of one')
    .option('--config <file>', 'a pack.json that lies elsewhere')
    .option('--model <name>', 'name of the model')
    .option('--version <version>', 'semantic version')
    .option(
      '--parent <version or folder>',
      'the version that this one was trained from, or the folder it was packed into',
    )
    .option('--out <folder>', 'folder to write into', defaultOut)
    .option('--allow-nan', 'let NaN and infinities pass to inputs')
    .option('--train', 'write a training graph, so that devices can train the model; so do the flags below')
    .option('--recipe <file>', 'how to train, as the section "training" of a pack.json')
    .option('--loss <kind>', 'such as softmax-cross-entropy or mse, or the ONNX file of one of your own')
    .option('--optimiser <kind>', 'sgd, momentum, nesterov, adam or adamw')
    .option(
      '--trainable <patterns...>',
      'all, head, biases-and-norms, or names of tensors with * for any characters',
    )
    .option('--batch <examples>', 'examples in one step')
    .option('--epochs <times>', 'times that training goes over all examples')
    .option('--learning-rate <rate>', 'how far a step goes')
    .option('--dims <name=size...>', 'sizes of dynamic dimensions behind the first')
    .option('--explain', 'write a graph of the gradient of an output with respect to the inputs')
    .option(
      '--probes [golden]',
      'have devices prove that they compute rightly: by golden inputs and outputs in a file or folder, or by drawn inputs',
    )
    .option(
      '--lookup <inputs>',
      'pack predictions of inputs in a file or folder, which devices answer without a run',
    )
    .option(
      '--quantize [precisions...]',
      `pack smaller parameter sets too: ${smallPrecisions.join(', ')}; all by default`,
    )
    .option('--examples <file>', 'labelled examples that tell what each parameter set costs in accuracy')
    .option(
      '--baseline <data>',
      'measure the data that the model was trained on (a CSV file, or a folder or file of tensors or images): what devices see is held against it',
    )
    .option(
      '--held-out <data>',
      'the same, of data that it was not trained on: its worth is measured on these',
    )
    .option('--target <column>', 'the column of a CSV file that says what is true')
    .action(async (source: string, flags: PackFlags) => {
      const result = await pack(source, {
        ...flags,
        train: trainingFlags(flags),
        dims: dimFlags(flags.dims),
        allowNaN: flags.allowNan,
        quantize: precisionFlags(flags.quantize),
        baseline: baselineFlags(flags),
      })
      tell(flags.json, result, () => describePackage(result))
    })
}

/** @throws HomingError CONFIG_INVALID for what belongs to a baseline, and no baseline. */
function baselineFlags({ baseline, heldOut, target }: PackFlags): BaselineConfig | undefined {
  if (baseline !== undefined)
    return {
      data: baseline,
      ...(heldOut !== undefined && { heldOut }),
      ...(target !== undefined && { target }),
    }
  if (heldOut === undefined && target === undefined) return undefined
  throw new HomingError('CONFIG_INVALID', '--held-out and --target belong to --baseline')
}

/** The precisions that were typed; all of them where there is the flag alone. @throws HomingError CONFIG_INVALID */
function precisionFlags(typed: true | readonly string[] | undefined): true | SmallPrecision[] | undefined {
  if (typed === undefined || typed === true) return typed
  return typed.map((text) => {
    const precision = smallPrecisions.find((known) => known === text)
    if (precision) return precision
    throw new HomingError('CONFIG_INVALID', `--quantize takes ${smallPrecisions.join(', ')}, not "${text}"`)
  })
}
