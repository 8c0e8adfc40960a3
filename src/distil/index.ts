// chelated/distil: a teacher's vectors of your own documents in, a judged adapter out.
export { type AlphaSchedule, alphaSchedule } from './alpha-schedule.ts';
export { distil } from './distil.ts';
export type { DistilOptions, DistilProgress, DistilResult } from './distil-options.ts';
export { type JoinedTeachers, joinTeachers } from './join-teachers.ts';
export { learnTeacherWeights } from './learn-teacher-weights.ts';
export { refusedResult } from './refused-result.ts';
export type { TaughtDocuments, TeachingInput } from './taught-documents.ts';
export { type DomainTeacher, teachByDomain } from './teach-by-domain.ts';
export { teachJointly } from './teach-jointly.ts';
