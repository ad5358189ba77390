import { answerCalls } from './answer-calls.ts'
import { openOrtSession } from './ort-session.ts'

answerCalls(openOrtSession)
