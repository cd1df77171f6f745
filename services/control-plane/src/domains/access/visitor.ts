// Who stands at the door, before it is known who he is.
export interface Visitor {
  /** Source address. */
  readonly source: string;
  /** User-Agent, bounded. */
  readonly device: string;
  /** The mark of this browser, if it was here before. */
  readonly deviceToken: string | undefined;
  readonly correlationId: string;
}
