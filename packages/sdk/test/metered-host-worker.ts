import './with-connection.ts'
import '../src/client/host-worker.ts'
