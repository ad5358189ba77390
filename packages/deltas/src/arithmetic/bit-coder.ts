/**
 * One side of an adaptive binary arithmetic coder. The encoder writes what it is given and returns it; the decoder
 * ignores what it is given and returns what it reads. So a model is one function that runs on both sides, and the two
 * cannot come to disagree.
 */
export interface BitCoder {
  /** One bit whose odds are learned per `context`. */
  bit(context: number, value: number): number
  /** The `count` (0 to 16) low bits of `value`, each as likely 0 as 1. */
  bits(count: number, value: number): number
}
