/** Longest wait for IndexedDB to open, in milliseconds: another tab may hold an older version, or the browser hang. */
export const openTimeout = 5_000

/** Hexadecimal digits of the root's hash in the database's name. */
export const databaseNameDigits = 16

/** How many facts of one kind and model are kept, unless whoever notes them says otherwise. */
export const maxFacts = 64

/** How much heavier than its bytes a blob is made for the garbage collector: it then runs once in one to two shards. */
export const blobWeight = 4

/** Most bytes of that weight: no device refuses this much address space. */
export const maxBlobWeight = 64 * 1024 * 1024
