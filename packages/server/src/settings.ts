/** One setting of `homing-server`: an environment variable, and a flag that wins over it (but none for a secret). */
export interface Setting {
  readonly flag?: string
  readonly fallback?: string
  readonly help: string
}

/** Every setting of `homing-server`. The README shows this table; a test holds the two together. */
export const settings = {
  HOMING_HOST: { flag: 'host', fallback: '127.0.0.1', help: 'Address to listen on.' },
  HOMING_PORT: { flag: 'port', fallback: '8400', help: 'Port to listen on; 0 takes a free one.' },
  HOMING_DATA: {
    flag: 'data',
    fallback: 'homing-data',
    help: 'Folder of the database and the published files.',
  },
  HOMING_ADMIN_TOKEN: { help: 'Whoever has it may publish; at least 16 characters.' },
  HOMING_DEV: {
    flag: 'dev',
    fallback: '0',
    help: '1: without a token, one is made and kept in `admin-token` in the data folder.',
  },
  HOMING_ORIGINS: {
    flag: 'origins',
    help: 'Origins whose pages may write, comma-separated. Every origin may read.',
  },
  HOMING_TOKEN_KEYS: {
    flag: 'token-keys',
    help: 'File with the keys that prove users’ tokens: a JWK set. Read again when it changes.',
  },
  HOMING_TOKEN_AUDIENCE: { flag: 'token-audience', help: 'What their claim `aud` must name.' },
  HOMING_TOKEN_ISSUER: { flag: 'token-issuer', help: 'What their claim `iss` must be; default: anything.' },
  HOMING_URL_SECRET: {
    help: 'Signs addresses of private files that need no token; at least 32 bytes. Default: none are signed.',
  },
  HOMING_ONLINE_KEY: {
    help: 'Private key in PEM that signs snapshot, timestamp and rollouts; several, newest first, while they change. Default: in `online-keys/`, made at first start.',
  },
  HOMING_ONLINE_COMMAND: {
    flag: 'online-command',
    help: 'Program and arguments that sign in its place (a KMS): bytes on its input, the signature in hexadecimal or base64 on its output.',
  },
  HOMING_ONLINE_PUBLIC_KEY: {
    flag: 'online-public-key',
    help: 'Public key in PEM of that program.',
  },
  HOMING_TIMESTAMP_MS: {
    flag: 'timestamp-ms',
    fallback: '86400000',
    help: 'How long a signed timestamp is good; it is signed again after half of it, as the others.',
  },
  HOMING_SNAPSHOT_MS: {
    flag: 'snapshot-ms',
    fallback: '604800000',
    help: 'How long a signed snapshot is good.',
  },
  HOMING_ROLLOUTS_MS: {
    flag: 'rollouts-ms',
    fallback: '604800000',
    help: 'How long signed rollouts, patches and federated versions are good.',
  },
  HOMING_WEB: { flag: 'web', help: 'Folder with `index.html` to serve at `/`.' },
  HOMING_LOG_LEVEL: {
    flag: 'log-level',
    fallback: 'info',
    help: 'fatal, error, warn, info, debug, trace or silent.',
  },
  HOMING_MAX_BLOB_BYTES: { flag: 'max-blob-bytes', fallback: '67108864', help: 'Most bytes of one blob.' },
  HOMING_MAX_MANIFEST_BYTES: {
    flag: 'max-manifest-bytes',
    fallback: '16777216',
    help: 'Most bytes of one manifest.',
  },
  HOMING_UPLOAD_IDLE_MS: {
    flag: 'upload-idle-ms',
    fallback: '30000',
    help: 'Longest time without a byte in an upload.',
  },
  HOMING_REQUEST_MS: {
    flag: 'request-ms',
    fallback: '600000',
    help: 'Longest time for a whole request to arrive.',
  },
  HOMING_STALE_UPLOAD_MS: {
    flag: 'stale-upload-ms',
    fallback: '3600000',
    help: 'Age at which a left-over upload is removed at start.',
  },
  HOMING_WRITES_PER_MINUTE: {
    flag: 'writes-per-minute',
    fallback: '6000',
    help: 'Most writes of one client address, in each process.',
  },
  HOMING_QUERIES_PER_MINUTE: {
    flag: 'queries-per-minute',
    fallback: '6000',
    help: 'The same for reads that are computed: `/v1/...` and `/readyz`. Files have no limit.',
  },
  HOMING_PATCH_DELAY_MS: {
    flag: 'patch-delay-ms',
    fallback: '3000',
    help: 'How long the server waits after a change before it makes patches, so that publishing ends first.',
  },
  HOMING_COHORT: {
    flag: 'cohort',
    help: 'Marks of devices that a figure of telemetry needs to be shown. Default: 50; 1 with `HOMING_DEV=1`.',
  },
  HOMING_COHORT_DAYS: {
    flag: 'cohort-days',
    fallback: '1',
    help: 'Different days that these marks must be of.',
  },
  HOMING_BATCHES_PER_MINUTE: {
    flag: 'batches-per-minute',
    fallback: '60000',
    help: 'Most telemetry batches of one app, in each process.',
  },
  HOMING_BATCHES_PER_ADDRESS: {
    flag: 'batches-per-address',
    fallback: '600',
    help: 'The same for one client address, which is kept in memory for a minute and nowhere else.',
  },
  HOMING_BATCH_QUEUE: {
    flag: 'batch-queue',
    fallback: '2000',
    help: 'Most batches that wait to be written.',
  },
  HOMING_BATCH_BACKLOG: {
    flag: 'batch-backlog',
    fallback: '200000',
    help: 'Most batches that wait to be folded.',
  },
  HOMING_GROUP_PREDICTIONS: {
    flag: 'group-predictions',
    fallback: '1000000',
    help: 'Most predictions of one device in one hour; more count for nothing.',
  },
  HOMING_BATCH_HOURS: {
    flag: 'batch-hours',
    fallback: '24',
    help: 'How long batches of telemetry are kept as they came, once they are folded.',
  },
  HOMING_BATCH_ID_HOURS: {
    flag: 'batch-id-hours',
    fallback: '1440',
    help: 'How long their ids are kept, so that one that comes again counts once.',
  },
  HOMING_HOURLY_HOURS: {
    flag: 'hourly-hours',
    fallback: '336',
    help: 'How long rollups are of an hour each; then they are of a day each.',
  },
  HOMING_ROLLUP_HOURS: {
    flag: 'rollup-hours',
    fallback: '9600',
    help: 'How long rollups are kept.',
  },
  HOMING_CLOSE_MS: {
    flag: 'close-ms',
    fallback: '30000',
    help: 'How long requests under way may take to end after SIGTERM.',
  },
} as const satisfies Record<string, Setting>

/** Name of a setting's environment variable. */
export type SettingName = keyof typeof settings
