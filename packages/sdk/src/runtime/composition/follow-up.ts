/** A model that runs after another, in the same worker, and what runs after it. */
export interface Follower {
  readonly model: string
  readonly follow?: FollowUp
}

/** What runs after a call: a model on its outputs (its inputs, by name, to outputs), or several on its encoded inputs. */
export type FollowUp =
  | (Follower & {
      readonly kind: 'chain'
      readonly inputs: Readonly<Record<string, string>>
      /** Whether outputs that are passed on come back to the page too. Else only those that the pipeline reads do. */
      readonly back: boolean
    })
  | { readonly kind: 'fan-out'; readonly models: readonly Follower[] }
