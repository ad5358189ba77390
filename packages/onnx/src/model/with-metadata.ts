import { create } from '@bufbuild/protobuf'

import { type ModelProto, StringStringEntryProtoSchema } from '../generated/onnx-ml_pb.js'

/** The model with `metadata` written after its own `metadata_props`; an entry of the same key is replaced. */
export function withMetadata(model: ModelProto, metadata: Readonly<Record<string, string>>): ModelProto {
  const kept = model.metadataProps.filter(({ key }) => !Object.hasOwn(metadata, key))
  const added = Object.entries(metadata).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  )
  return { ...model, metadataProps: [...kept, ...added] }
}
