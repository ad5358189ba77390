import { HomingError } from '@homing/protocol'

import type { MemoryStore } from './memory-store.ts'
import type { Store } from './store.ts'

/** How a store comes back to its disk. */
export interface Recovery {
  /** Opens the disk again, once that is possible; rejects when it will not be. */
  readonly reopen: () => Promise<Store>
  /** Told when `kind` has changed. */
  readonly onChange?: (() => void) | undefined
}

/** A disk that could not be opened yet. */
export interface UnopenedDisk {
  readonly error: HomingError
  /** What takes its place. */
  readonly memory: MemoryStore
}

/** A disk, and the memory that takes its place when it fails. */
export interface DiskAndMemory {
  /** Undefined as long as it could not be opened. */
  readonly disk: Store | undefined
  /** There while new things are kept in it. */
  readonly memory: MemoryStore | undefined
  /** Runs what may change the memory: not while that moves to the disk, which in turn waits for what has begun. */
  change<T>(work: () => Promise<T>): Promise<T>
  /** Writes to the disk, or to the memory once that has taken its place. */
  write<T>(onDisk: (disk: Store) => Promise<T>, inMemory: (memory: Store) => Promise<T>): Promise<T>
  /** Does it on the disk; gives `otherwise` when the disk is broken. */
  onDisk<T>(work: (disk: Store) => Promise<T>, otherwise: T): Promise<T>
  /** Deleting makes room, so a full disk does it too. */
  deleteEverywhere(work: (store: Store) => Promise<void>): Promise<void>
  close(): Promise<void>
}

/**
 * `onMoved` is told when what was in memory lies on the disk. The rest is as `withMemoryFallback` says. What keeps things
 * in memory is loaded once a disk fails: most never do.
 */
export function diskAndMemory(
  first: Store | UnopenedDisk,
  recovery: Recovery | undefined,
  onMoved: () => void,
): DiskAndMemory {
  const unopened = 'error' in first
  let disk = unopened ? undefined : first
  let memory = unopened ? first.memory : undefined
  /** The disk cannot even be read any more. */
  let broken = unopened
  let closed = false
  /** Set while what is in memory moves to the disk; whatever would change it waits. */
  let moving: Promise<void> | undefined
  let recovering = false
  /** What has begun and may change the memory. */
  const changes = new Set<Promise<unknown>>()
  if (unopened) {
    recovery?.onChange?.()
    void recover()
  }

  async function fallBack(error: unknown): Promise<MemoryStore> {
    if (!(error instanceof HomingError)) throw error
    if (error.code !== 'STORE_FULL' && error.code !== 'STORE_UNAVAILABLE') throw error
    // With what brings it back, which must not have to be fetched then.
    const load = [import('./memory-store.ts'), import('./move-over.ts')] as const
    const [{ createMemoryStore }] = await Promise.all(load)
    if (closed) throw error
    const before = memory
    memory ??= createMemoryStore(error)
    if (error.code === 'STORE_UNAVAILABLE' && !broken) {
      broken = true
      void recover()
    }
    if (!before) recovery?.onChange?.()
    return memory
  }

  /** Opens the disk again and moves over to it. What it is full for stays in memory. */
  async function recover(): Promise<void> {
    if (!recovery || recovering) return
    recovering = true
    try {
      const fresh = await recovery.reopen()
      if (closed) return await fresh.close()
      moving = moveTo(fresh)
      await moving.catch(async (error: unknown) => {
        await fresh.close() // left open it would block every later upgrade
        throw error
      })
      if (!memory) recovery.onChange?.()
    } catch {
      // It stays in memory: a newer version of this app has the database, or the browser refuses it.
    } finally {
      moving = undefined
      recovering = false
    }
  }

  async function moveTo(fresh: Store): Promise<void> {
    await Promise.allSettled(changes)
    const { moveOver } = await import('./move-over.ts')
    try {
      await moveOver(memory!, fresh)
      memory = undefined
      onMoved()
    } catch (error) {
      if (!(error instanceof HomingError && error.code === 'STORE_FULL')) throw error
    }
    void disk?.close()
    disk = fresh
    broken = false
  }

  /** Runs what may change the memory: not while that moves to the disk, which in turn waits for what has begun. */
  async function change<T>(work: () => Promise<T>): Promise<T> {
    while (moving) await moving.catch(() => undefined)
    const running = work()
    changes.add(running)
    return running.finally(() => changes.delete(running))
  }

  function write<T>(
    onDisk: (disk: Store) => Promise<T>,
    inMemory: (memory: Store) => Promise<T>,
  ): Promise<T> {
    return change(() => writeNow(onDisk, inMemory))
  }

  async function writeNow<T>(
    onDisk: (disk: Store) => Promise<T>,
    inMemory: (memory: Store) => Promise<T>,
  ): Promise<T> {
    if (memory) return inMemory(memory)
    try {
      return await onDisk(disk!)
    } catch (error) {
      return inMemory(await fallBack(error))
    }
  }

  /** Does it on the disk; gives `otherwise` when the disk is broken. */
  async function onDisk<T>(work: (disk: Store) => Promise<T>, otherwise: T): Promise<T> {
    if (!disk || (broken && !closed)) return otherwise
    try {
      return await work(disk)
    } catch (error) {
      await fallBack(error)
      return otherwise
    }
  }

  /** Deleting makes room, so a full disk does it too. */
  function deleteEverywhere(work: (store: Store) => Promise<void>): Promise<void> {
    return change(async () => {
      await onDisk(work, undefined)
      if (memory) await work(memory)
    })
  }

  return {
    get disk() {
      return disk
    },
    get memory() {
      return memory
    },
    change,
    write,
    onDisk,
    deleteEverywhere,
    async close() {
      closed = true
      await Promise.all([disk?.close(), memory?.close()])
    },
  }
}
