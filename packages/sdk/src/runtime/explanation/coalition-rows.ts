/** What mixed rows are made from. */
export interface CoalitionOptions {
  /** The encoded baseline and the encoded row. */
  readonly from: Float32Array
  readonly to: Float32Array
  /** The columns of each player. */
  readonly players: readonly { readonly first: number; readonly width: number }[]
  /** Orders in which the players join. */
  readonly orders: readonly Uint32Array[]
  /** Rows in one batch at most; where `fixed`, the last batch is filled up with the baseline. */
  readonly batch: number
  readonly fixed: boolean
}

/** A batch of mixed rows: row i holds the players up to `place` of its order as the row has them, the others as the baseline. */
export interface CoalitionBatch {
  readonly data: Float32Array
  readonly places: readonly { readonly order: number; readonly place: number }[]
}

/** For each order the rows with its first player, its first two, and so on to all but the last; in batches. */
export function* coalitionRows({
  from,
  to,
  players,
  orders,
  batch,
  fixed,
}: CoalitionOptions): Generator<CoalitionBatch> {
  const steps = players.length - 1
  const total = orders.length * steps
  for (let first = 0; first < total; first += batch) {
    const count = Math.min(batch, total - first)
    const data = new Float32Array((fixed ? batch : count) * from.length)
    for (let at = 0; at < data.length; at += from.length) data.set(from, at)
    const places = Array.from({ length: count }, (_, i) => {
      const [order, place] = [Math.floor((first + i) / steps), (first + i) % steps]
      for (const player of orders[order]!.subarray(0, place + 1)) {
        const { first: column, width } = players[player]!
        data.set(to.subarray(column, column + width), i * from.length + column)
      }
      return { order, place }
    })
    yield { data, places }
  }
}
