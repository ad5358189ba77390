/** Verifies the signatures of one scheme. */
export type Verify = (
  key: string,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
) => Promise<boolean>
