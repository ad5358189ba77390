const [needMajor, needMinor] = [20, 19]

/** Ends the process with a clear message where Node is too old to go on. */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  console.error(`Homing needs Node ${needMajor}.${needMinor} or newer; this is Node ${version}.`)
  process.exit(1)
}
