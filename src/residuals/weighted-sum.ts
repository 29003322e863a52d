import type { DType, Kernels } from "../kernels/kernels.ts";
import type { PlannedResidual, Residual } from "../linearization/residual.ts";
import { type Group, plainSpace, type Space } from "../linearization/space.ts";
import { viewFrom } from "../network/plan-matrix.ts";
import { type PlannedPart, rowsOfPart, stackLinearizations } from "./stacked-linearization.ts";

/** A part of a sum: w ‖r‖². */
export interface WeightedResidual {
  readonly residual: Residual;
  /** w > 0. */
  readonly weight: number;
}

/**
 * Several residuals of the same parameters, stacked: Σ_k w_k ½ ‖r_k‖² is ½ ‖r‖² of
 *
 *     r = (√w_1 r_1, √w_2 r_2, ...)        J = (√w_1 J_1; √w_2 J_2; ...)
 *
 * The examples of the parts count one after the other; in a batch each part's come together.
 *
 * @throws {RangeError} If there is no part, a weight is not a finite number above 0, or, in `plan`, parts differ in their
 *   numbers of parameters, or in their groups, or if more than one changes its examples at random.
 */
export function weightedSum(parts: readonly WeightedResidual[]): Residual {
  if (parts.length === 0) throw new RangeError("weightedSum: has no residual; give at least one");
  for (const { weight } of parts)
    if (!(weight > 0 && Number.isFinite(weight)))
      throw new RangeError(
        `weightedSum: weight ${weight} is out of range; it must be a finite number above 0`,
      );
  return {
    examples: parts.reduce((sum, { residual }) => sum + residual.examples, 0),
    plan: (kernels, dtype, capacity) => planSum(kernels, dtype, parts, capacity),
  };
}

function planSum(
  kernels: Kernels,
  dtype: DType,
  summands: readonly WeightedResidual[],
  capacity: number,
): PlannedResidual {
  const parts = planParts(kernels, dtype, summands, capacity);
  const space = spaceOf(kernels, dtype, parts);
  const linearization = stackLinearizations(space, parts);
  const residuals = kernels.allocate("float64", space.rows) as Float64Array;
  const chosen = new Int32Array(Math.max(...parts.map(({ first, end }) => end - first)));
  let loss = 0;

  /** Writes the numbers that a part gives its examples among some of the sum to `out`; answers how many. */
  const pick = (
    { first, end }: PlannedPart,
    order: Int32Array,
    start: number,
    count: number,
    out: Int32Array,
  ) => {
    let found = 0;
    for (let i = start; i < start + count; i++)
      if (order[i]! >= first && order[i]! < end) out[found++] = order[i]! - first;
    return found;
  };
  const total = (
    order: Int32Array,
    count: number,
    of: (part: PlannedPart, order: Int32Array, count: number) => number,
  ): number => parts.reduce((sum, part) => sum + of(part, chosen, pick(part, order, 0, count, chosen)), 0);

  return {
    space,
    linearization,
    residuals,
    varies: parts.some(({ own }) => own.varies),
    random: randomOf(parts),
    get loss() {
      return loss;
    },
    load(order, start, count) {
      for (const part of parts) {
        part.count = pick(part, order, start, count, part.order);
        if (part.count > 0) part.own.load(part.order, 0, part.count);
      }
    },
    prefetch() {},
    linearize(parameters) {
      let row = 0;
      for (const part of parts) {
        part.row = row;
        if (part.count > 0) part.own.linearize(parameters);
        const rows = rowsOfPart(part);
        const own = viewFrom(residuals, row);
        kernels.copy(rows, part.own.residuals, own);
        kernels.scale(rows, part.root, own);
        row += rows;
      }
      linearization.settle(row);
      loss = kernels.dot(row, residuals, residuals) / 2;
    },
    lossAt: (parameters) =>
      parts.reduce(
        (sum, { own, root, count }) => (count === 0 ? sum : sum + root ** 2 * own.lossAt(parameters)),
        0,
      ),
    sumOfSquares: (parameters, order, count) =>
      total(order, count, ({ own, root }, chosenRows, n) =>
        n === 0 ? 0 : root ** 2 * own.sumOfSquares(parameters, chosenRows, n),
      ),
    rowsOf: (order, count) => total(order, count, ({ own }, chosenRows, n) => own.rowsOf(chosenRows, n)),
  };
}

function planParts(
  kernels: Kernels,
  dtype: DType,
  summands: readonly WeightedResidual[],
  capacity: number,
): readonly PlannedPart[] {
  let end = 0;
  return summands.map(({ residual, weight }) => {
    const first = end;
    end += residual.examples;
    const most = Math.min(capacity, residual.examples);
    const own = residual.plan(kernels, dtype, most);
    return { own, root: Math.sqrt(weight), first, end, order: new Int32Array(most), count: 0, row: 0 };
  });
}

/** A prior by groups reads the weights of each part by its own groups. */
function sameGroups(a: readonly Group[], b: readonly Group[]): boolean {
  return a.length === b.length && a.every(({ start, end }, i) => start === b[i]!.start && end === b[i]!.end);
}

/** Where the random changes of the one part that has some go on. */
function randomOf(parts: readonly PlannedPart[]): PlannedResidual["random"] {
  const random = parts.flatMap(({ own }) => own.random ?? []);
  if (random.length > 1)
    throw new RangeError(
      "weightedSum: more than one residual changes its examples at random; give at most one",
    );
  return random[0] ?? null;
}

/** That of the parts, which must have the same parameters, in the same groups. */
function spaceOf(kernels: Kernels, dtype: DType, parts: readonly PlannedPart[]): Space {
  const [first] = parts.map(({ own }) => own.space);
  for (const { own } of parts) {
    if (own.space.parameters !== first!.parameters)
      throw new RangeError(
        `weightedSum: residuals of ${first!.parameters} and of ${own.space.parameters} parameters can't be added; give all the same parameters`,
      );
    if (!sameGroups(own.space.groups, first!.groups))
      throw new RangeError(
        "weightedSum: residuals whose parameters are grouped in different ways can't be added; give denseResidual the groups of the others",
      );
  }
  const rows = parts.reduce((sum, { own }) => sum + own.space.rows, 0);
  const rowsOfExample = Math.max(...parts.map(({ own }) => own.space.rowsOfExample));
  const plain = plainSpace(kernels, dtype, first!.parameters, first!.groups, rows, rowsOfExample);
  // The vectors of a network have its frozen parameters too, and views of its layers; other residuals ask for neither.
  const { vector, vectorOn } = parts.map(({ own }) => own.space).find(hasViews) ?? plain;
  return { ...plain, vector, vectorOn };
}

function hasViews({ vectorOn }: Space): boolean {
  return vectorOn(new Float64Array()).blocks.length > 0;
}
