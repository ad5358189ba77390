/** Names what the device has found out: `key` is one of its kind, and of one model. */
export interface FactName {
  readonly model: string
  /** Who notes it, such as `proof`. */
  readonly kind: string
  readonly key: string
}

/** A fact as it is kept: of one kind and model, the one with the greatest `order` was noted last. */
export interface KeptFact extends FactName {
  readonly order: number
  readonly value: unknown
}
