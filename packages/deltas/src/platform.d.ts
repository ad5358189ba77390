// The parts of the web platform's streams that every supported runtime has; this package knows no DOM and no Node.
interface ByteStreamReader {
  read(): Promise<{ done: false; value: Uint8Array<ArrayBuffer> } | { done: true; value?: undefined }>
  cancel(reason?: unknown): Promise<void>
}
interface ByteStreamWriter {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  abort(reason?: unknown): Promise<void>
}
declare class CompressionStream {
  constructor(format: 'gzip')
  readonly readable: { getReader(): ByteStreamReader }
  readonly writable: { getWriter(): ByteStreamWriter }
}
declare class DecompressionStream {
  constructor(format: 'gzip')
  readonly readable: { getReader(): ByteStreamReader }
  readonly writable: { getWriter(): ByteStreamWriter }
}
