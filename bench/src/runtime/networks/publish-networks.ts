import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { writeModel } from '@homing/onnx'

import { packRepository } from '../../repository/pack-repository.ts'
import { mlpModel } from './mlp.ts'
import { mobilenetModel } from './mobilenet-v2.ts'
import { type NetworkName, networkNames } from './network.ts'

/** transformers.js takes a model for what its configuration says: a vision encoder, tensors in and tensors out. */
const transformersConfig = { model_type: 'mobilenet_v2', architectures: ['MobileNetV2Model'] }

/**
 * Writes each network into `<folder>/<network>/`: for Homing as a repository of its own (`repository/`, and `root.json`, which
 * it is trusted by), for the others as one file (`onnx/model.onnx`, and the `config.json` that transformers.js reads).
 */
export async function publishNetworks(root: string, scratch: string, folder: string): Promise<void> {
  for (const network of networkNames) {
    const place = join(folder, network)
    const source = await sourceOf(network, root, scratch)
    const packed = await packRepository(root, source, join(place, 'repository'))
    await writeFile(join(place, 'root.json'), packed.root)
    await mkdir(join(place, 'onnx'), { recursive: true })
    await copyFile(join(source.source, 'model.onnx'), join(place, 'onnx', 'model.onnx'))
    await writeFile(join(place, 'config.json'), JSON.stringify(transformersConfig))
  }
}

/** A folder to pack, with its `model.onnx`. */
async function sourceOf(
  network: NetworkName,
  root: string,
  scratch: string,
): Promise<{ source: string; parents?: string[] }> {
  if (network === 'digits') {
    const versions = join(root, 'models', 'artifacts', 'digits')
    return { source: join(versions, '1.1.0'), parents: [join(versions, '1.0.0')] }
  }
  const source = join(scratch, `source-${network}`)
  await mkdir(source)
  const model = network === 'mlp' ? mlpModel() : mobilenetModel()
  await writeFile(join(source, 'model.onnx'), writeModel(model))
  const config = { model: network, version: '1.0.0', source: 'model.onnx' }
  await writeFile(join(source, 'pack.json'), JSON.stringify(config))
  return { source }
}
