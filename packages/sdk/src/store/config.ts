/** Longest wait for IndexedDB to open, in milliseconds: another tab may hold an older version, or the browser hang. */
export const openTimeout = 5_000

/** Hexadecimal digits of the root's hash in the database's name. */
export const databaseNameDigits = 16
