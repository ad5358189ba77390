import './without-locks.ts'
import '../src/client/host-worker.ts'
