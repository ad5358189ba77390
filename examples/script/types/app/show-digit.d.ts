/** What `copy-files.mjs` puts there. */
export * from '@homing/example-app'
