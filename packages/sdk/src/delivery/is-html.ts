/** Whether an answer is a web page, by its type or by the first bytes of its body. */
export function isHtml(response: Response, beginning: Uint8Array): boolean {
  if (/^\s*text\/html\b/i.test(response.headers.get('content-type') ?? '')) return true
  return /^\s*<(!doctype|html|head|body)\b/i.test(String.fromCharCode(...beginning.subarray(0, 64)))
}
