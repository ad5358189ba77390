/** An ONNX model of one Identity (x: float32 [1] to y, opset 13, IR 8), as protobuf. It only starts a runtime. */
// prettier-ignore
export const smallestOnnxModel = new Uint8Array([
  0x08, 8, 0x3a, 55, // ir_version, graph
  10, 16, 10, 1, 0x78, 18, 1, 0x79, 34, 8, 0x49, 0x64, 0x65, 0x6e, 0x74, 0x69, 0x74, 0x79, // node "Identity"
  18, 1, 0x67, // name
  90, 15, 10, 1, 0x78, 18, 10, 10, 8, 8, 1, 18, 4, 10, 2, 8, 1, // input "x"
  98, 15, 10, 1, 0x79, 18, 10, 10, 8, 8, 1, 18, 4, 10, 2, 8, 1, // output "y"
  0x42, 2, 16, 13, // opset_import
])
