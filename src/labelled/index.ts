// chelated/labelled: what judged queries of a train split teach. NUDGE moves documents, the query map queries; SDFT tunes an
// adapter, which `distil({ mode: 'sdft', labelled })` makes in one step.
export { type Sdft, type SdftInput, sdft } from '../distil/sdft.ts';
export { type JudgedPair, type JudgedPairs, judgedPairs } from '../evaluate/judged-pairs.ts';
export { fitNudge, type NudgeKind, nudge, nudgeKinds } from './nudge.ts';
export { pairScore } from './pair-score.ts';
export { fitQueryMap, queryMaps } from './query-map.ts';
