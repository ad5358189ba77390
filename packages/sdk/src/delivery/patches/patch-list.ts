/** Apart, so that who has no older version of a model carries no schema of patches. */
export { parsePatches } from '@homing/protocol'
