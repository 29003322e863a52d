import type { Kernels } from "../kernels/kernels.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import {
  emptyReport,
  type Optimizer,
  type ParameterSpace,
  type Problem,
  requireOption,
  type StepReport,
} from "./optimizer.ts";
import { armijo, type StepSearch, searchAlong } from "./step-search.ts";

/** Options of `lbfgs`, and their defaults. */
export interface LbfgsOptions {
  /** m: steps that the approximate Hessian remembers. */
  readonly memory: number;
  readonly search: StepSearch;
}

export const lbfgsDefaults: Readonly<LbfgsOptions> = Object.freeze({
  memory: 20,
  search: armijo({ halvings: 20 }),
});

/** Pairs with sᵀ y below this share of ‖s‖ ‖y‖ would make the approximate Hessian close to indefinite. */
const leastCurvature = 1e-8;

interface LbfgsState {
  readonly space: ParameterSpace;
  readonly history: History;
  readonly gradient: ParameterVector;
  readonly direction: ParameterVector;
  readonly candidate: ParameterVector;
  readonly report: StepReport;
}

/**
 * L-BFGS with a backtracking line search on the loss ½ ‖r‖²: the direction -H g of the inverse Hessian that the last
 * m steps s and changes of the gradient y imply,
 *
 *     H <- (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ,   ρ = 1 / sᵀ y,      from H = (sᵀ y / yᵀ y) I of the last pair
 *
 * by the two-loop recursion. Pairs without positive curvature are left out. For full batches only: y compares the
 * gradients of one batch with those of the step before. A baseline that needs no learning rate.
 *
 * Source: Nocedal 1980; Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5. Li and Fukushima 2001
 * for leaving pairs out.
 *
 * @throws {OptimizerError} If the memory is not a whole number of at least 1.
 */
export function lbfgs(options: Partial<LbfgsOptions> = {}): Optimizer {
  const { memory, search } = { ...lbfgsDefaults, ...options };
  requireOption("memory", memory, Number.isInteger(memory) && memory >= 1, "a whole number of at least 1");
  const optimizer: Optimizer<LbfgsState> = {
    name: "lbfgs",
    init(space) {
      const vector = () => allocateParameters(space.kernels, space.dtype, space.blocks);
      const history = stepHistory(space, memory);
      return {
        space,
        history,
        gradient: vector(),
        direction: vector(),
        candidate: vector(),
        report: emptyReport(),
      };
    },
    step(state, problem, parameters) {
      const { history, gradient, direction, report } = state;
      problem.linearization.pullback(problem.residuals, gradient);
      history.learn(parameters, gradient);
      report.accepted = false;
      report.failure = null;
      for (report.attempts = 1; ; report.attempts++) {
        const isSteepest = history.pairs() === 0;
        history.direction(gradient, direction);
        if (tryDirection(state, problem, parameters, search)) return report;
        if (isSteepest) break;
        history.forget();
      }
      report.failure = Number.isFinite(problem.loss) ? "no decrease" : "not finite";
      return report;
    },
  };
  return optimizer;
}

/** Searches along -H g for a sufficient decrease of the loss. */
function tryDirection(
  { space, gradient, direction, candidate, report }: LbfgsState,
  problem: Problem,
  parameters: ParameterVector,
  search: StepSearch,
): boolean {
  const descent = -space.kernels.dot(space.count, gradient.flat, direction.flat);
  // Written so that NaN refuses the step.
  if (!(descent > 0)) return false;
  report.accepted = searchAlong(search, space, parameters, {
    direction,
    candidate,
    factor: 1,
    descent,
    gain(rate) {
      report.learningRate = rate;
      return problem.loss - problem.lossAt(candidate);
    },
  });
  return report.accepted;
}

/** The last steps, and the inverse Hessian that they imply. */
interface History {
  /** Pairs that it holds. */
  pairs(): number;
  /** Takes the parameters and the gradient where a step begins; with those before they make a pair. */
  learn(parameters: ParameterVector, gradient: ParameterVector): void;
  /** out <- -H g. */
  direction(gradient: ParameterVector, out: ParameterVector): void;
  forget(): void;
}

function stepHistory({ kernels, dtype, blocks, count: p }: ParameterSpace, memory: number): History {
  const vector = () => allocateParameters(kernels, dtype, blocks).flat;
  // One place more than pairs: the pair that is looked at next is not among them.
  const places = memory + 1;
  const s = Array.from({ length: places }, vector);
  const y = Array.from({ length: places }, vector);
  const rho = new Float64Array(places);
  const alpha = new Float64Array(places);
  const lastParameters = vector();
  const lastGradient = vector();
  let isFirst = true;
  let next = 0;
  let size = 0;
  const place = (age: number) => (next - 1 - age + 2 * places) % places;

  return {
    pairs: () => size,
    learn(parameters, gradient) {
      if (!isFirst) {
        const step = difference(kernels, p, parameters.flat, lastParameters, s[next]!);
        const change = difference(kernels, p, gradient.flat, lastGradient, y[next]!);
        const curvature = kernels.dot(p, step, change);
        const least = leastCurvature * Math.sqrt(kernels.dot(p, step, step) * kernels.dot(p, change, change));
        if (curvature > least) {
          rho[next] = 1 / curvature;
          next = (next + 1) % places;
          size = Math.min(size + 1, memory);
        }
      }
      kernels.copy(p, parameters.flat, lastParameters);
      kernels.copy(p, gradient.flat, lastGradient);
      isFirst = false;
    },
    direction(gradient, { flat: q }) {
      kernels.copy(p, gradient.flat, q);
      for (let age = 0; age < size; age++) {
        const i = place(age);
        alpha[i] = rho[i]! * kernels.dot(p, s[i]!, q);
        kernels.axpy(p, -alpha[i]!, y[i]!, q);
      }
      const last = place(0);
      // Without a pair, a first step of length 1.
      const scale =
        size > 0
          ? 1 / (rho[last]! * kernels.dot(p, y[last]!, y[last]!))
          : 1 / Math.sqrt(kernels.dot(p, q, q));
      kernels.scale(p, -scale, q);
      for (let age = size - 1; age >= 0; age--) {
        const i = place(age);
        const beta = -rho[i]! * kernels.dot(p, y[i]!, q);
        kernels.axpy(p, beta - alpha[i]!, s[i]!, q);
      }
    },
    forget() {
      size = 0;
    },
  };
}

/** out <- a - b. */
function difference(
  kernels: Kernels,
  p: number,
  a: ParameterVector["flat"],
  b: ParameterVector["flat"],
  out: ParameterVector["flat"],
): ParameterVector["flat"] {
  kernels.copy(p, a, out);
  kernels.axpy(p, -1, b, out);
  return out;
}
