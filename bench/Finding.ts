/** One row of the table: a figure that was measured, and what it is to be at most. */
export interface Finding {
  readonly work: string;
  readonly value: number;
  readonly unit: string;
  /** What the value may be at most; without it, the row is there to compare. */
  readonly atMost?: number;
  /** What was measured beside it, or what the value was made of. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** A line of the plot: what a way costs by how many there are. */
export interface Curve {
  readonly way: string;
  readonly points: readonly { readonly count: number; readonly ms: number }[];
}

/** A group of figures that are measured in one run. */
export interface Case {
  readonly about: string;
  readonly run: () => Promise<Findings> | Findings;
}

export interface Findings {
  readonly findings: readonly Finding[];
  readonly plots?: readonly Plot[];
}

export interface Plot {
  readonly file: string;
  readonly title: string;
  readonly counted: string;
  readonly curves: readonly Curve[];
}
