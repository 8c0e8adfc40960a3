/** A document or a query. */
export interface TextRecord {
  readonly id: string;
  readonly text: string;
}
