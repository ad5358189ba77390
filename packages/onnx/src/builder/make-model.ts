import { create } from '@bufbuild/protobuf'

import { type GraphProto, type ModelProto, ModelProtoSchema } from '../generated/onnx-ml_pb.js'

/** What a model says of itself besides its graph. */
export interface ModelOptions {
  /** Version of the standard operator set; 17 when absent. */
  readonly opset?: number
  /** Versions of other operator sets, such as `{ 'ai.onnx.ml': 3 }`. */
  readonly domains?: Readonly<Record<string, number>>
  readonly producer?: string
  /** Written as `metadata_props`, in this order. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** Operator set of models that name none. */
export const defaultOpset = 17

/** IR versions in which an operator set first appeared (ONNX docs, Versioning); 8 reads every earlier set. */
const irVersionOfOpset = [
  { opset: 28, ir: 14 },
  { opset: 25, ir: 13 },
  { opset: 24, ir: 12 },
  { opset: 23, ir: 11 },
  { opset: 21, ir: 10 },
  { opset: 19, ir: 9 },
  { opset: 0, ir: 8 },
]

/** The IR version that a model of this operator set needs at least. */
export function irVersionFor(opset: number): bigint {
  return BigInt(irVersionOfOpset.find((row) => opset >= row.opset)!.ir)
}

/** A model around `graph`. */
export function makeModel(graph: GraphProto, options: ModelOptions): ModelProto {
  const { opset = defaultOpset, domains = {}, producer = 'homing', metadata = {} } = options
  return create(ModelProtoSchema, {
    irVersion: irVersionFor(opset),
    producerName: producer,
    graph,
    opsetImport: Object.entries({ '': opset, ...domains }).map(([domain, version]) => ({
      domain,
      version: BigInt(version),
    })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  })
}
