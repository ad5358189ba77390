import {
  type EngineSession,
  HomingError,
  type InferenceEngine,
  type Manifest,
  type StartedBackend,
} from '../src/engine.ts'

/** An engine of its own for linear layers: the graph is JSON, the parameters are a kernel and biases, all runs on the CPU. */
export function linearEngine(): InferenceEngine {
  const cpu: StartedBackend = {
    threads: 1,
    load: async (manifest, { graph, parameters }) => linearSession(manifest, graph, parameters),
  }
  return {
    name: 'linear',
    version: async () => '1.0.0',
    async start(backend) {
      if (backend === 'cpu') return cpu
      throw new HomingError('BACKEND_UNAVAILABLE', `The linear engine has no backend "${backend}".`)
    },
  }
}

function linearSession(
  { signature }: Manifest,
  graph: Uint8Array,
  parameters: Uint8Array<ArrayBuffer>,
): EngineSession {
  const { inputs: wide, outputs: high } = readGraph(graph)
  const weights = new Float32Array(parameters.slice().buffer)
  const [from, to] = [signature.inputs[0]!.name, signature.outputs[0]!.name]
  return {
    async run(tensors) {
      const { data, shape } = tensors[from]!
      const rows = shape[0]!
      if (shape[1] !== wide)
        throw new HomingError('ENGINE_FAILED', `A row has ${wide} values, not ${shape[1]}.`)
      const result = new Float32Array(rows * high)
      for (let at = 0; at < result.length; at++) {
        const [row, column] = [Math.floor(at / high), at % high]
        let sum = weights[wide * high + column]!
        for (let k = 0; k < wide; k++) sum += Number(data[row * wide + k]) * weights[k * high + column]!
        result[at] = sum
      }
      return { [to]: { dtype: 'float32', shape: [rows, high], data: result } }
    },
    release: async () => undefined,
  }
}

function readGraph(bytes: Uint8Array): { inputs: number; outputs: number } {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as { inputs: number; outputs: number }
  } catch (cause) {
    throw new HomingError('ENGINE_FAILED', 'The graph of a linear model is JSON.', { cause })
  }
}
