import { type ErrorCode, retryability } from './retryability.ts'

/** One row of the error table: what happened, what to do, and whether the same call may succeed later. */
export interface ErrorCodeEntry {
  readonly summary: string
  readonly advice: string
  readonly retryable: boolean
}

/** What is said of a code. */
type Text = Pick<ErrorCodeEntry, 'summary' | 'advice'>

const entry = (summary: string, advice: string): Text => ({ summary, advice })

const texts = {
  CONFIG_INVALID: entry(
    'An option or argument is missing or malformed.',
    'Correct the option that the message names.',
  ),
  CLOSED: entry('The client or model was closed.', 'Open it again before you call it.'),
  ABORTED: entry('The caller aborted the operation.', 'Nothing; call again when you want it.'),
  TIMEOUT: entry('A peer did not answer in time.', 'Try again; look at the network or raise the limit.'),
  DEADLINE_PASSED: entry(
    'A call was not answered within the `deadline` that it was given.',
    'Give it more time, call less often, or make calls that may wait with `priority: "background"`.',
  ),
  QUEUE_FULL: entry(
    'More calls of a model wait than its queue may hold.',
    'Wait for answers before you call again, or score with `predictAll()`, which does; see `details.limit`.',
  ),

  INPUT_NAME: entry(
    'An input or feature is missing, or has a name that the model does not have.',
    'Pass exactly the inputs that `model.signature` names.',
  ),
  INPUT_DTYPE: entry(
    'An input has another data type than the signature.',
    'Convert it to the dtype that the message names.',
  ),
  INPUT_SHAPE: entry(
    'An input has a shape that the signature does not allow, or data of another length.',
    'Pass the shape that the message names.',
  ),
  INPUT_VALUE: entry(
    'An input holds a value that the signature or a declared check forbids (NaN, out of range, unknown category).',
    'Clean the value that the message names before you call.',
  ),

  MEMORY_EXCEEDED: entry(
    'The inputs and outputs of a call would take more memory than a call may have on this device.',
    'Pass fewer samples at a time: `predictAll()` cuts what it is given.',
  ),

  MODEL_UNKNOWN: entry('The repository has no such model.', 'Check the name; publish the model first.'),
  VERSION_UNKNOWN: entry(
    'The repository has no such version of the model.',
    'Choose a version that is listed.',
  ),
  VERSION_EXISTS: entry(
    'This version is already published with other bytes.',
    'Versions are immutable: publish under a new version number.',
  ),
  VERSION_UNSUPPORTED: entry(
    'No published version can run on this device.',
    'Read the reasons in `details.reasons`: SDK, engine, memory or a missing feature.',
  ),
  VERSION_UNTRUSTED: entry(
    'A listed version is not the one that its publisher signed, or a federated one changes more than it may.',
    'If this is no attack: publish the version again. What served before goes on serving.',
  ),
  UPDATE_REFUSED: entry(
    'The app or the user wants what is on the device, and asks for something else.',
    'Set `updates` to another policy than "localOnly", or unpin the version.',
  ),

  ROLLBACK_UNAVAILABLE: entry(
    'This device holds no earlier version to go back to.',
    'Pin the version that you want, or roll back on the server.',
  ),

  MANIFEST_INVALID: entry(
    'A manifest is malformed, truncated or of another model or version.',
    'Publish the version again.',
  ),
  ROLLOUT_INVALID: entry(
    'A rollout document is malformed or of another model.',
    'Look at the server that writes it.',
  ),
  PIPELINE_INVALID: entry(
    'A pipeline is malformed or does not fit the signature.',
    'Correct the pipeline in the pack configuration.',
  ),
  INTEGRITY_FAILED: entry(
    'Bytes have another length or SHA-256 than the manifest says.',
    'The bad copy was discarded. Try again; if it stays, publish the files again.',
  ),

  PATCH_INVALID: entry(
    'A patch or a list of patches is malformed, or of another base, shard or version.',
    'Nothing: the whole shard is fetched instead. If it stays, have the patches made again.',
  ),
  PATCH_UNSUPPORTED: entry(
    'A patch has a format, method or codec that this device does not know.',
    'Nothing: the whole shard is fetched instead.',
  ),

  METADATA_INVALID: entry(
    'A metadata file of the repository is malformed, or of another role.',
    'Publish it again; the metadata that was trusted before still is.',
  ),
  METADATA_UNSIGNED: entry(
    'Too few of the keys that may sign a metadata file have signed it.',
    'If this is no attack: sign it with the keys that the role above it names.',
  ),
  METADATA_EXPIRED: entry(
    'A metadata file is past its time, so newer ones may be withheld. Installed versions go on serving.',
    'Sign it again on the server; check the clock of this device.',
  ),
  METADATA_ROLLBACK: entry(
    'A metadata file is older than what was trusted before, or skips a version of root.',
    'If this is no attack: publish a later version number, or rotate the keys of timestamp and snapshot.',
  ),
  METADATA_MISMATCH: entry(
    'A file is not the one that signed metadata names: another version, length or hash.',
    'Try again; if it stays, publish the file again.',
  ),
  METADATA_CONFLICT: entry(
    'Someone else published metadata of this role first.',
    'Fetch it, sign your change on top of it, and publish that; `homing publish` does so by itself.',
  ),
  METADATA_MISSING: entry(
    'The repository has no signed metadata yet, or lacks that of a role.',
    'Check the `repository` URL; on a new server make keys with `homing keys init`, then publish.',
  ),
  KEY_INVALID: entry(
    'A signing key is malformed or of a kind that cannot sign, or others may read its file.',
    'Correct what the message names; keys are in PEM, their files have mode 600.',
  ),
  KEY_MISSING: entry(
    'Fewer signing keys are at hand than must sign.',
    'Pass the folder of the keys with `--keys`, or the key in the environment.',
  ),
  SIGNING_FAILED: entry(
    'A signing command failed, or what it printed is no signature of its key.',
    'Run the command by hand; it gets the bytes on its input and prints the signature.',
  ),
  TARGET_UNKNOWN: entry(
    'No role that may vouch for this path lists it.',
    'Check the path; publish the file first.',
  ),

  NETWORK_FAILED: entry('A request failed before an answer came.', 'Try again when the device is online.'),
  HTTP_STATUS: entry('A server answered with an error status.', 'See `details.status` and the message.'),
  RESPONSE_UNEXPECTED: entry(
    'A server answered with something else than what was asked for, such as an HTML page.',
    'Check the `repository` URL; a captive portal or a catch-all route may answer in its place.',
  ),
  UNAUTHORIZED: entry(
    'A token is missing, expired or wrong.',
    'To write, pass the admin token of the server; to read a private model, give `createClient` a `getToken`.',
  ),
  FORBIDDEN: entry(
    'The token does not allow this model, or no longer does.',
    'Sign in as a user who may read it; `details.until` says when access ended.',
  ),
  RATE_LIMITED: entry('Too many requests.', 'Wait as long as `details.retryAfter` says (seconds).'),
  OVERLOADED: entry(
    'The server holds as much unfinished work as it may, and takes no more for now.',
    'Wait as long as `details.retryAfter` says (seconds); nothing that was acknowledged is lost.',
  ),
  BODY_TOO_LARGE: entry(
    'A request body is larger than the server takes.',
    'Send less, or raise the limit on the server.',
  ),
  REQUEST_INVALID: entry('A request is malformed.', 'Correct the field that the message names.'),
  BLOB_MISSING: entry(
    'A manifest names files that the server does not have.',
    'Upload the blobs in `details.missing` first.',
  ),
  BLOB_UNKNOWN: entry('The repository has no such file.', 'Check the address; publish the version again.'),
  TELEMETRY_INVALID: entry(
    'A batch of telemetry is malformed, holds fields that its version does not know, or exceeds a bound.',
    'Nothing on the device: the batch is dropped and counted. Look at the SDK that made it.',
  ),
  TELEMETRY_UNSUPPORTED: entry(
    'A batch of telemetry is of a version of the protocol that the server does not read.',
    'Update the SDK, or the server: it reads the present version and the two before.',
  ),
  SERVER_FAILED: entry(
    'The server failed in a way that it did not foresee.',
    'Look at its log for the request id.',
  ),

  STORE_UNAVAILABLE: entry(
    'The device refuses storage (private mode, blocked, broken).',
    'The model still runs from memory; allow storage for offline use.',
  ),
  STORE_FULL: entry(
    'The device has no room left for this.',
    'Free storage; the model runs from memory meanwhile.',
  ),

  STORE_NEWER: entry(
    'A newer version of this app has upgraded what this device stores; this one cannot read it.',
    'Reload the page to get the newer version; the model runs from memory meanwhile.',
  ),

  WORKER_LOST: entry('A worker died before it answered.', 'Call again: the worker is started anew.'),
  ENGINE_MISSING: entry(
    'The engine that this model needs is not installed in the app.',
    'Install the peer dependency that the message names.',
  ),
  ENGINE_FAILED: entry(
    'The engine failed while it ran the model.',
    'See `cause`; report it if the input is valid.',
  ),
  BACKEND_UNAVAILABLE: entry(
    'No allowed backend could start, load or run the model.',
    'Read the reason of each backend in `details.backends`.',
  ),
  PROBE_FAILED: entry(
    "A backend's outputs are out of the tolerance that the version's probes allow.",
    'Nothing, where another backend serves; else allow one that computes rightly.',
  ),
  PROBE_INVALID: entry(
    'The probes of a version prove nothing: wanted outputs are NaN, or inputs do not fit the signature.',
    'Pack the version again with other golden inputs and outputs.',
  ),
  OPERATOR_UNSUPPORTED: entry(
    'The model needs an operator that this backend does not have.',
    'Export with another opset or allow another backend.',
  ),

  ONNX_INVALID: entry(
    'The file is not a valid ONNX model.',
    'Check it with the ONNX checker, or export it again.',
  ),
  ONNX_EXTERNAL_DATA: entry(
    'External data is missing, out of bounds, or lies outside the folder of the model.',
    'Keep external data beside the model file, with relative names and no links.',
  ),
  ONNX_UNSUPPORTED: entry(
    'The ONNX model uses something that Homing does not carry.',
    'See the message for what to change.',
  ),
  TFJS_INVALID: entry(
    'The folder is not a valid TensorFlow.js model.',
    'Pass the folder or model.json that tfjs saved.',
  ),

  GRADIENT_UNSUPPORTED: entry(
    'An operator between the loss and a trainable tensor has no gradient.',
    'Train one of the tensors in `details.trainable` instead.',
  ),
  NEXT_INVALID: entry(
    'The models that a version names cannot run together: one is missing, they name each other in a circle, or they do not fit.',
    'See the message and `details.path` for which models; publish a version whose `next` or `guards` name others.',
  ),
  TRAINING_UNAVAILABLE: entry(
    'The version that serves was packed without what this needs: training or explanations.',
    'Pack it with `homing pack --train` or `--explain`, as the message says, and publish it.',
  ),
  TARGETS_INVALID: entry(
    'Targets have another dtype or shape than the training graph takes, or lie out of range.',
    'Pass one target for each example, of the kind that the message names.',
  ),
  TRAINING_DIVERGED: entry(
    'The loss became NaN or infinite.',
    'Lower the learning rate; the last good parameters were kept.',
  ),
  DATA_INVALID: entry(
    'A data set is missing, malformed or does not fit the model.',
    'Check the data folder that the message names.',
  ),
  INTERNAL: entry('Homing broke one of its own rules.', 'Please report it with the message and stack.'),
} as const satisfies Record<ErrorCode, Text>

/** Every code that a `HomingError` can carry. `docs/errors.md` shows this table; a test holds the two together. */
export const errorCodes = Object.fromEntries(
  Object.entries(texts).map(([code, text]) => [
    code,
    { ...text, retryable: retryability[code as ErrorCode] },
  ]),
) as Readonly<Record<ErrorCode, ErrorCodeEntry>>
