import { serveTraining } from './serve-training.ts'
import { onnxTrainers } from './trainers/onnx-trainer.ts'

serveTraining(onnxTrainers)
