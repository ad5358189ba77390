/** What a comparison found; `unknown` where data are too few or missing. */
export type Change = 'changed' | 'unchanged' | 'unknown'

/** What was found of each part of the joint distribution of features x, predictions and labels y. */
export interface DriftEvidence {
  /** P(x): any feature. */
  readonly features: Change
  /** P(prediction): what the model says. */
  readonly predictions: Change
  /** P(y): the labels that came as feedback, or what black-box estimation thinks of them. */
  readonly labels: Change
  /** Whether the model errs more than it did. */
  readonly errors: Change
  /** Whether its confidence on these features lets expect that it errs more: what tells a harder x from another P(y | x). */
  readonly expectedErrors: Change
}

/** Which distribution moved. `prediction`: only what the model says, so the model or its pipeline changed, not the world. */
export type DriftKind =
  'none' | 'covariate' | 'prior' | 'prediction' | 'concept' | 'covariate and concept' | 'unknown'

/** A verdict with its reading. */
export interface DriftVerdict {
  readonly kind: DriftKind
  readonly reading: string
}

const readings: Readonly<Record<DriftKind, string>> = {
  none: 'Nothing that is measured has changed.',
  covariate:
    'The inputs are others than they were. If the model errs more, that is no more than such inputs can explain. Look at where they come from; retrain if they stay.',
  prior:
    'Some outcomes became more frequent, while the model errs on each as it did. Reweigh or recalibrate; retrain if it stays.',
  prediction:
    'The model says something else about the same inputs. Look at the version, the backend and the pipeline before the world.',
  concept:
    'The same inputs now have other outcomes: what was learned no longer holds. Check how labels are made; if they are right, retrain on recent data.',
  'covariate and concept':
    'The inputs changed, and the model errs more than such inputs explain. Check the data source and the labels; then retrain on recent data.',
  unknown: 'Too little is known to say what changed: wait for more predictions, or for labels.',
}

/**
 * Tells covariate, prior, prediction and concept drift apart (Moreno-Torres et al., Pattern Recognition 45, 2012; Gama et al., ACM
 * Comput. Surv. 46, 2014).
 */
export function driftKind(evidence: DriftEvidence): DriftVerdict {
  const kind = decide(evidence)
  return { kind, reading: readings[kind] }
}

function decide({ features, predictions, labels, errors, expectedErrors }: DriftEvidence): DriftKind {
  if (errors === 'changed') {
    if (features === 'unchanged') return 'concept'
    if (features === 'changed') return expectedErrors === 'unchanged' ? 'covariate and concept' : 'covariate'
    return 'unknown'
  }
  // Labels that moved while each is still told as it was moved by themselves, and took the features with them.
  if (labels === 'changed' && errors === 'unchanged') return 'prior'
  if (features === 'changed') return 'covariate'
  if (predictions === 'changed') return features === 'unchanged' ? 'prediction' : 'unknown'
  if (labels === 'changed') return 'prior'
  return features === 'unknown' && predictions === 'unknown' && labels === 'unknown' ? 'unknown' : 'none'
}
