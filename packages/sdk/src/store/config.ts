/** Version of the IndexedDB schema. A changed schema raises it and adds a step to `open-database.ts`. */
export const databaseVersion = 1

/** Longest wait for IndexedDB to open, in milliseconds: another tab may hold an older version, or the browser hang. */
export const openTimeout = 5_000

/** Hexadecimal digits of the repository's hash in the database's name. */
export const databaseNameDigits = 16
