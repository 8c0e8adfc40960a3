import type { ReportRow } from '../evaluate/report-table.ts';
import type { Chart } from './chart.ts';

/** What an experiment has to say, before it is a page. */
export interface Report {
  readonly title: string;
  readonly introduction: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly charts?: readonly Chart[];
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly ReportRow[] };
}
