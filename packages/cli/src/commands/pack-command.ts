import type { Command } from 'commander'

import { HomingError } from '@homing/protocol'

import { defaultOut, pack, type PackResult } from '../pack/pack.ts'
import type { PackOptions } from '../pack/pack-options.ts'
import { describePackage } from './describe-package.ts'
import { smallPrecisions, type SmallPrecision } from '../pack/variants/variants-config.ts'
import { dimFlags, type TrainingFlags, trainingFlags } from './training-flags.ts'

type PackFlags = TrainingFlags &
  Omit<PackOptions, 'train' | 'explain' | 'dims' | 'probes' | 'quantize'> & {
    readonly dims?: readonly string[]
    readonly explain?: true
    readonly probes?: true | string
    readonly quantize?: true | readonly string[]
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
    .action(async (source: string, flags: PackFlags) => {
      const result = await pack(source, {
        ...flags,
        train: trainingFlags(flags),
        dims: dimFlags(flags.dims),
        allowNaN: flags.allowNan,
        quantize: precisionFlags(flags.quantize),
      })
      tell(flags.json, result, () => describePackage(result))
    })
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
