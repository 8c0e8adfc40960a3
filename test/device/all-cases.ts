import type { DeviceCase } from './device-case.ts';
import { equalityCases } from './equality-cases.ts';
import { failureCases } from './failure-cases.ts';
import { memoryCases } from './memory-cases.ts';
import { operatorCases } from './operator-cases.ts';

/** Groups first that take long. */
export const allCases: readonly DeviceCase[] = [...equalityCases, ...memoryCases, ...failureCases, ...operatorCases];
