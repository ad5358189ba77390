/** The root that the app trusts, as `homing keys show --root` prints it. */
declare const root: object
export default root
