/** Longest wait for IndexedDB to open, in milliseconds: another tab may hold an older version, or the browser hang. */
export const openTimeout = 5_000

/** Hexadecimal digits of the root's hash in the database's name. */
export const databaseNameDigits = 16

/** How many facts of one kind and model are kept, unless whoever notes them says otherwise. */
export const maxFacts = 64

/** How much heavier than its bytes a blob is made for the garbage collector: it then runs about once a shard. */
export const blobWeight = 8

/** Most bytes of that weight, of addresses alone. */
export const maxBlobWeight = 64 * 1024 * 1024
