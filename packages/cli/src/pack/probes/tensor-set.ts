import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import {
  HomingError,
  parseJsonBytes,
  parseWith,
  type Signature,
  type Tensor,
  type TensorSpec,
} from '@homing/protocol'
import * as v from 'valibot'

import { maxModelBytes } from '../../config.ts'
import { readSmallFile } from '../read-small-file.ts'
import { readNpy } from './npy.ts'
import { JsonTensorSchema, tensorOfJson, tensorOfNpy } from './tensor-of.ts'

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>

/** Inputs of one call at the level of the signature, and what belongs to them. */
export interface TensorCase {
  readonly inputs: Tensors
  /** What the model's own framework gives; some outputs or none. */
  readonly outputs: Tensors
  /** Of labelled examples: for each row the index of the right label, or the right value. */
  readonly targets?: readonly number[]
}

const TensorsSchema = v.record(v.string(), JsonTensorSchema)
const CasesSchema = v.object({
  cases: v.pipe(
    v.array(
      v.object({
        inputs: TensorsSchema,
        outputs: v.optional(TensorsSchema),
        targets: v.optional(v.array(v.number())),
      }),
    ),
    v.minLength(1),
  ),
})

/** Name of the file with targets in a folder of `.npy` files. */
const targetsName = 'targets'

/**
 * Reads golden inputs or labelled examples: a JSON file `{ cases: [{ inputs, outputs, targets }] }`, or a folder with a folder
 * for each case (or the files of the only one) that holds `<name of the tensor>.npy` and perhaps `targets.npy`.
 * @throws HomingError DATA_INVALID
 */
export async function readTensorSet(path: string, signature: Signature): Promise<TensorCase[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new HomingError('DATA_INVALID', `There is no ${path}`, { cause })
  })
  return found.isDirectory() ? readFolder(path, signature) : readJson(path, signature)
}

async function readJson(path: string, signature: Signature): Promise<TensorCase[]> {
  const bytes = await readSmallFile(path, maxModelBytes, 'DATA_INVALID', path)
  const { cases } = parseWith(CasesSchema, parseJsonBytes(bytes, 'DATA_INVALID', path), 'DATA_INVALID', path)
  return cases.map(({ inputs, outputs = {}, targets }, index) => {
    const read = (tensors: typeof inputs, specs: readonly TensorSpec[], kind: string): Tensors =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, value]) => {
          const what = `${kind} "${name}" of case ${index + 1} in ${path}`
          return [name, tensorOfJson(value, specNamed(specs, name, what), what)]
        }),
      )
    return {
      inputs: read(inputs, signature.inputs, 'Input'),
      outputs: read(outputs, signature.outputs, 'Output'),
      ...(targets && { targets }),
    }
  })
}

async function readFolder(folder: string, signature: Signature): Promise<TensorCase[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  // As people number them: case-10 comes after case-9.
  inner.sort(new Intl.Collator('en', { numeric: true }).compare)
  const folders = inner.length > 0 ? inner.map((name) => join(folder, name)) : [folder]
  const cases: TensorCase[] = []
  for (const each of folders) cases.push(await readCase(each, signature))
  return cases
}

async function readCase(folder: string, { inputs, outputs }: Signature): Promise<TensorCase> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.npy')).sort()
  if (files.length === 0) throw new HomingError('DATA_INVALID', `${folder} has no .npy file`)
  const read: { inputs: Record<string, Tensor>; outputs: Record<string, Tensor>; targets?: number[] } = {
    inputs: {},
    outputs: {},
  }
  for (const file of files) {
    const path = join(folder, file)
    const array = readNpy(await readSmallFile(path, maxModelBytes, 'DATA_INVALID', path), path)
    const name = decodeURIComponent(file.slice(0, -'.npy'.length))
    const input = inputs.find((spec) => spec.name === name)
    if (input) read.inputs[name] = tensorOfNpy(array, input, path)
    else if (name === targetsName && outputs.every((spec) => spec.name !== name))
      read.targets = Array.from(tensorOfNpy(array, { dtype: 'float64' }, path).data, Number)
    else read.outputs[name] = tensorOfNpy(array, specNamed(outputs, name, path), path)
  }
  return read
}

function specNamed(specs: readonly TensorSpec[], name: string, what: string): TensorSpec {
  const spec = specs.find((each) => each.name === name)
  if (spec) return spec
  const known = specs.map((each) => `"${each.name}"`).join(', ')
  throw new HomingError('DATA_INVALID', `${what} is none of the model's: it has ${known}`)
}
