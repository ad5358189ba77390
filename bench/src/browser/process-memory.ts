import { readdirSync, readFileSync } from 'node:fs'

/** The process `root` and all that it and its children started, by the kernel's tables. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined
    const parent =
      stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** Megabytes of memory of these processes, what they share counted once (PSS); those that have ended count nothing. */
export function proportionalSetSize(pids: readonly number[]): number {
  return sumOf(pids, 'Pss')
}

/**
 * The part of it that is no mapped file. What programs map, above all the browser's own code, is shared with every other
 * browser of the machine: when one of those ends, the share of those that are left grows.
 */
export function ownSetSize(pids: readonly number[]): number {
  return sumOf(pids, 'Pss_Anon') + sumOf(pids, 'Pss_Shmem')
}

function sumOf(pids: readonly number[], field: string): number {
  const pattern = new RegExp(`^${field}:\\s+(\\d+)`, 'm')
  const kibibytes = pids.map((pid) => Number(pattern.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0))
  return (kibibytes.reduce((sum, size) => sum + size, 0) * 1024) / 1e6
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // the process has ended
  }
}
