import { describe } from 'vitest'

import { bytesContract } from './contract/bytes.contract.ts'
import { forgettingContract } from './contract/forgetting.contract.ts'
import { garbageContract } from './contract/garbage.contract.ts'
import { recordsContract } from './contract/records.contract.ts'
import type { Store } from './store.ts'

/** What every `Store` guarantees. `open` gives a fresh, empty one, which adds `overhead` bytes to each blob and piece. */
export function storeContract(name: string, open: () => Promise<Store>, overhead = 0): void {
  describe(`store contract: ${name}`, () => {
    bytesContract(open, overhead)
    recordsContract(open)
    garbageContract(open, overhead)
    forgettingContract(open)
  })
}
