import { serveTraining } from './serve-training.ts'
import { tfjsTrainers } from './trainers/tfjs-trainer.ts'

serveTraining(tfjsTrainers)
