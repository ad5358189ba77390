import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { openContest } from './contest.ts'
import type { Host } from './host.ts'
import type { DigitsFiles } from './network.ts'

/** Digits and its parent as ONNX, digits as a layers model, and the WASM files of TensorFlow.js. */
export interface TrainingFolders {
  readonly onnx: string
  readonly parent: string
  readonly tfjs: string
  readonly wasm: string
}

/** The folders below the repository's root. */
export function trainingFolders(root: string): TrainingFolders {
  const artifacts = join(root, 'models', 'artifacts')
  return {
    onnx: join(artifacts, 'digits', '1.1.0'),
    parent: join(artifacts, 'digits', '1.0.0'),
    tfjs: join(artifacts, 'digits-tfjs', '1.1.0'),
    wasm: join(root, 'bench', 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist'),
  }
}

/** Reads both files of digits. */
export async function readDigitsFiles({ onnx, tfjs }: TrainingFolders): Promise<DigitsFiles> {
  const bytes = async (...path: string[]) => new Uint8Array(await readFile(join(...path)))
  return {
    onnx: await bytes(onnx, 'model.onnx'),
    topology: await readFile(join(tfjs, 'model.json'), 'utf8'),
    weights: await bytes(tfjs, 'weights.bin'),
  }
}

/** This process. */
export async function nodeHost(folders: TrainingFolders): Promise<Host> {
  const files = await readDigitsFiles(folders)
  return {
    name: `Node ${process.versions.node}`,
    backends: ['cpu', 'wasm'],
    async open(network, peer) {
      const contest = await openContest({
        network,
        files,
        wasmFolder: `${folders.wasm}/`,
        ...(peer && { peer }),
      })
      return { ...contest, close: () => Promise.resolve() } // its heap is shared, and goes with the process
    },
  }
}
