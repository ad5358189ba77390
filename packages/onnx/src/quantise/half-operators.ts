/**
 * Operators that lose nothing but digits in half precision, and that onnxruntime-web 1.30 runs so on webgpu (on wasm it
 * brings them back to single precision by itself). Others stay: sums over many numbers, powers and exponentials leave the
 * range of half precision, and some take single precision alone (Resize, Range, NonMaxSuppression).
 */
export const halfOperators: ReadonlySet<string> = new Set(
  (
    'Conv ConvTranspose MatMul Gemm BatchNormalization LayerNormalization ' +
    'Relu LeakyRelu PRelu Elu Sigmoid Tanh HardSigmoid HardSwish Gelu Clip Softmax ' +
    'Add Sub Mul Div Neg Abs Where MaxPool AveragePool GlobalAveragePool GlobalMaxPool ' +
    'Concat Split Slice Reshape Flatten Squeeze Unsqueeze Transpose Expand Gather Pad Identity Dropout'
  ).split(' '),
)
